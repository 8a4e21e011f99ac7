from __future__ import annotations

from pathlib import Path

import pytest

from interop.errors import ConfigError
from interop.load.manifest import load_config, load_implementation, load_suite
from interop.model.implementation import Configuration, Readiness, Release, Security
from interop.model.suite import Impact, Level, Situation, Workaround
from tests.unit.load.conftest import Write

PEER = """\
name: acme
title: Acme
version_scheme: pep440
version_from: [acme, --level, 2]
aliases: [acme-mail]
releases:
  - {version: 1.10, name: bookworm, build: {DEBIAN: 12}, offers: [chunking]}
  - {version: 2, pypi: "acme==2"}
roles:
  smtp.server:
    ports: {smtp: 25, dns: 53}
    udp: [dns]
    ready: {port: smtp, expect: "220 ", timeout: 0.5}
    process: {command: ["{python}", -m, acme]}
    configurations:
      hardened: {title: strict, environment: {STRICT: true, LEVEL: 3}, lacks: [chunking]}
    security: {capabilities: [CHOWN], memory: 64m, cpus: 0.5}
  smtp.client: {}
"""

SUITE = """\
name: smtp
title: SMTP
specification: RFC 5321
roles: [client, server]
deadline: 12.5
controls: [smtplib]
situations: {full-mailbox: a mailbox that takes no more}
features:
  - {id: dot, title: Dot, clause: "4.5.2", level: MUST, group: Body, impact: critical, workaround: Send none.}
  - id: size
    title: Sizes
    clause: RFC 1870
    level: MAY
    group: Body
    impact: minor
    legal: either may leave it out
    workaround: {text: Split it., driver: {chunk: 10, split: true}, configuration: hardened}
"""

CONFIG = """\
product:
  name: acme-mailer
  version: {command: [acme-mailer, --version]}
  roles:
    smtp.client: {driver: "acme_interop:Mailer", options: {tls: true, retries: 3}}
    smtp.server: {driver: {command: [node, driver.js]}}
    echo.client: {driver: "drivers/echo.py:Echo"}
    echo.server: {endpoint: "127.0.0.1:2525"}
    mqtt.broker: {image: "acme/mailer:4.2", ports: {mqtt: 1883}}
    dns.server: {command: [acmed, "--port={port:dns}"], ports: [dns], udp: [dns], environment: {LEVEL: 3}}
peers: {smtp: [postfix, "opensmtpd>=7"]}
peer_folders: [peers]
suite_folders: [suites]
expectations: known.yaml
"""


def acme(write: Write, text: str) -> Path:
    """Write a descriptor with a Dockerfile beside it."""
    write("acme/Dockerfile", "FROM scratch\n")
    return write("acme/implementation.yaml", text)


def test_an_implementation_is_loaded_with_all_it_says(write: Write) -> None:
    folder = acme(write, PEER)
    loaded = load_implementation(folder)
    assert (loaded.name, loaded.version_scheme, loaded.aliases) == ("acme", "pep440", ("acme-mail",))
    assert loaded.version_from == ("acme", "--level", "2")
    assert loaded.releases == (
        Release(version="1.10", name="bookworm", build={"DEBIAN": "12"}, offers=("chunking",)),
        Release(version="2", pypi="acme==2"),
    )
    server = loaded.role("smtp.server")
    assert server is not None
    assert server.ports == {"smtp": 25, "dns": 53}
    assert server.udp == ("dns",)
    assert server.ready == Readiness(port="smtp", expect="220 ", timeout=0.5)
    assert server.process == ("{python}", "-m", "acme")
    assert server.security == Security(capabilities=("CHOWN",), memory="64m", cpus=0.5)
    assert loaded.folder == folder
    assert str(loaded.place) == f"{folder / 'implementation.yaml'}:1"


def test_every_role_has_a_default_configuration(write: Write) -> None:
    server, client = load_implementation(acme(write, PEER)).roles
    hardened = Configuration(
        name="hardened", title="strict", environment={"STRICT": "true", "LEVEL": "3"}, lacks=("chunking",)
    )
    assert server.configurations == (Configuration(name="default"), hardened)
    assert client.configurations == (Configuration(name="default"),)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("port: smtp,", "port: smpt,", r":13: 'smpt' is none of the role's ports. Did you mean 'smtp'\?"),
        ("udp: [dns]", "udp: [smtp, dms]", r":12: 'dms' is none of the role's ports. Did you mean 'dns'\?"),
        (
            "version: 2,",
            "version: 1.10,",
            r":8: the version '1.10' stands twice; it was first given in line 7\.",
        ),
        ("client: {}", "client: {driver: 'none.py:C'}", r":18: the folder has no file 'none.py'\."),
        (
            "client: {}",
            "client: {driven: process}",
            r":18: a 'driven' of 'process' needs a 'driver' as well\.",
        ),
        (
            '"{python}", -m',
            '"{phyton}", -m',
            r":14: '\{phyton\}' stands for nothing\. Did you mean '\{python\}'\?",
        ),
        ("[CHOWN]", "[NET_BIND]", r":17: .* cannot be 'NET_BIND'\. Did you mean 'NET_BIND_SERVICE'\?"),
        ("hardened:", "defualt:", r":16: the configuration 'defualt' .*\. Did you mean 'default'\?"),
    ],
)
def test_what_does_not_fit_together_is_said(write: Write, old: str, new: str, said: str) -> None:
    assert old in PEER
    with pytest.raises(ConfigError, match=said):
        load_implementation(acme(write, PEER.replace(old, new)))


def test_a_release_that_nothing_brings_up_is_a_mistake(write: Write) -> None:
    folder = acme(write, PEER)
    (folder / "Dockerfile").unlink()
    with pytest.raises(
        ConfigError, match=r":7: nothing brings '1\.10' up as smtp\.client: the folder has no D"
    ):
        load_implementation(folder)
    acme(write, PEER.replace("  smtp.client: {}\n", ""))
    (folder / "Dockerfile").unlink()
    assert load_implementation(folder).roles  # its server has a command for the process engine


def test_a_suite_is_loaded_with_all_it_says(write: Write) -> None:
    smtp = load_suite(write("smtp/suite.yaml", SUITE))
    assert (smtp.name, smtp.roles, smtp.deadline) == ("smtp", ("client", "server"), 12.5)
    assert smtp.controls == ("smtplib",)
    assert smtp.situations == (Situation(id="full-mailbox", title="a mailbox that takes no more"),)
    dot, size = smtp.features
    assert (dot.level, dot.impact, dot.workaround) == (
        Level.MUST,
        Impact.CRITICAL,
        Workaround(text="Send none."),
    )
    assert size.legal == "either may leave it out"
    assert size.workaround == Workaround(
        text="Split it.", driver={"chunk": "10", "split": "true"}, configuration="hardened"
    )


def test_a_feature_that_stands_twice_names_both_lines(write: Write) -> None:
    with pytest.raises(
        ConfigError, match=r":10: the feature 'dot' stands twice; it was first given in line 9\."
    ):
        load_suite(write("smtp/suite.yaml", SUITE.replace("id: size", "id: dot")))


def test_a_suite_has_two_different_roles(write: Write) -> None:
    with pytest.raises(ConfigError, match=":4: 'roles' names something twice"):
        load_suite(write("smtp/suite.yaml", SUITE.replace("[client, server]", "[client, client]")))
    with pytest.raises(ConfigError, match=":4: 'roles' should have 2 items or fewer, has 3"):
        load_suite(write("smtp/suite.yaml", SUITE.replace("[client, server]", "[a, b, c]")))


@pytest.fixture
def project(write: Write) -> Path:
    write("peers/readme", "")
    write("suites/readme", "")
    write("known.yaml", "")
    return write("interop.yaml", CONFIG)


def test_a_configuration_is_loaded_with_paths_relative_to_its_file(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.parent)
    config = load_config(Path(project.name) / "interop.yaml")
    assert config.file == project / "interop.yaml"
    assert config.peer_folders == (project / "peers",)
    assert config.suite_folders == (project / "suites",)
    assert config.expectations == project / "known.yaml"
    assert config.peers == {"smtp": ("postfix", "opensmtpd>=7")}
    assert str(config.place("peers", "smtp", 1)) == f"{project / 'interop.yaml'}:11"


def test_the_product_takes_each_role_in_one_way(project: Path) -> None:
    product = load_config(project / "interop.yaml").product
    assert (product.name, product.version, product.shipped) == ("acme-mailer", "", "")
    assert product.version_command == ("acme-mailer", "--version")
    by_key = {role.key: role for role in product.roles}
    assert by_key["smtp.client"].driver == "acme_interop:Mailer"
    assert by_key["smtp.client"].options == {"tls": "true", "retries": "3"}
    assert by_key["smtp.server"].command == ("node", "driver.js")
    assert by_key["echo.client"].driver == f"{project / 'drivers/echo.py'}:Echo"
    assert by_key["echo.server"].endpoints == {"echo": ("127.0.0.1", 2525)}
    broker = by_key["mqtt.broker"].served
    assert broker is not None
    assert (broker.release.image, broker.role.ports) == ("acme/mailer:4.2", {"mqtt": 1883})
    assert broker.role.ready == Readiness(port="mqtt")
    assert broker.offers == {"mqtt"}
    server = by_key["dns.server"].served
    assert server is not None
    assert server.role.process == ("acmed", "--port={port:dns}")
    assert list(server.role.ports) == ["dns"]
    assert server.configuration.environment == {"LEVEL": "3"}
    assert str(by_key["smtp.server"].place) == f"{project / 'interop.yaml'}:6"


def test_braces_that_are_the_programs_own_are_left_alone(write: Write) -> None:
    words = "[a, '{time} {level} {status}', '{{.Name}}', '{\"a\": 1}', '{state}/x', '{level:8}']"
    text = f"product: {{name: a, version: 1, roles: {{smtp.server: {{ports: [smtp], command: {words}}}}}}}"
    assert load_config(write("interop.yaml", text) / "interop.yaml")


def test_one_of_the_catalogues_own_can_be_the_product(write: Write) -> None:
    folder = write("interop.yaml", 'product: {shipped: "smtplib@3.11*"}')
    product = load_config(folder / "interop.yaml").product
    assert (product.name, product.shipped, product.roles) == ("smtplib", "smtplib@3.11*", ())
    write("interop.yaml", 'product: {shipped: "smtplib>=3.11"}')
    assert load_config(folder / "interop.yaml").product.name == "smtplib"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("product: {name: acme, version: 1}", ":1: 'roles' is missing in 'product'."),
        (
            "product: {shipped: smtplib, roles: {smtp.client: {image: a}}}",
            ":1: 'roles' does not belong here: what stands beside it",
        ),
        (
            "product: {name: a, version: 1, roles: {smtp.server: {image: a, endpoint: 'h:1'}}}",
            ":1: 'smtp.server' should be said in exactly one way: a driver alone, image, command or",
        ),
        (
            "product: {name: a, version: 1, roles: {smtp.client: {endpoint: here}}}",
            "'endpoint' should be host:port, such as 127.0.0.1:2525, is 'here'.",
        ),
        (
            "product: {name: a, version: 1, roles: {smtp.server: {image: a}}}",
            ":1: a product that is an image needs 'ports'.",
        ),
        (
            "product: {name: a, version: 1, roles: {smtp.server: {image: a, ports: [smtp]}}}",
            ":1: an image needs the ports' numbers inside the container, such as {smtp: 25}.",
        ),
        (
            "product: {name: a, version: 1, roles: {smtp.client: {driver: 'a:B', offers: [x]}}}",
            ":1: 'offers' belongs to an image, a command or an endpoint, and none is given.",
        ),
        (
            "product: {name: a, version: 1, roles: {smtp.server: {command: [a], ports: [smtp], udp: [smp]}}}",
            ":1: 'smp' is none of the role's ports. Did you mean 'smtp'?",
        ),
        (
            "product: {name: a, version: 1, roles: {e.f: {ports: [mqtt, w], command:\n[a, '{port:mqqt}']}}}",
            ":2: '{port:mqqt}' stands for nothing. Did you mean '{port:mqtt}'?",
        ),
        (
            "product: {name: a, version: 1, roles: {mqtt.broker: {ports: [mqtt], command: [a, '{prot}']}}}",
            ":1: '{prot}' stands for nothing. Did you mean '{port:mqtt}'?",
        ),
        ("product: {shipped: smtplib}\npeers: [postfix]", ":2: 'peers' should be a mapping, is a list."),
        ("product: {shipped: smtplib}\npeers: {smtp: postfix}", ":2: 'smtp' should be a list, is 'postfix'."),
        (
            "product: {shipped: smtplib}\npeer_folders:\n- gone",
            ":3: there is no folder 'gone' beside this file.",
        ),
        ("product: {shipped: smtplib}\nexpectations: gone", ":2: there is no file 'gone' beside this file."),
        ("", ":1: 'product' is missing."),
    ],
)
def test_a_mistake_in_the_configuration_is_a_sentence_with_its_line(
    write: Write, text: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write("interop.yaml", text) / "interop.yaml")
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
