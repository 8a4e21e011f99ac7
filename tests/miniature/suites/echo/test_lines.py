import interop


@interop.feature("echo")
def test_a_line_comes_back(client, server):
    host, port = server.route()
    answer = client.echo(host=host, port=port, line="hello")
    assert answer.text == "hello", f"sent 'hello', got {answer.text!r}"


@interop.feature("shout")
@interop.needs("shouting")
def test_a_line_comes_back_in_capitals(client, server):
    host, port = server.route()
    answer = client.shout(host=host, port=port, line="hello")
    assert answer.text == "HELLO", f"sent 'hello', got {answer.text!r}"
