import pytest

import interop


@interop.feature("long")
def test_a_long_line_comes_back_whole(client, server):
    host, port = server.route()
    answer = client.echo(host=host, port=port, line="x" * 5000)
    assert len(answer.text) == 5000, f"5000 characters became {len(answer.text)}"
    interop.limit("line", 5000, "characters", at_least=True)


@interop.feature("odd")
def test_a_line_of_odd_length_comes_back(client, server):
    if server.site.party.name == "steady":
        pytest.skip("Steady is even")
    host, port = server.route()
    assert client.echo(host=host, port=port, line="odd").text == "odd"
