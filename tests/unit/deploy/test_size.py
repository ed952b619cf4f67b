"""How many of what a stack runs: what REPLICAS, BROKERS and KAFKA_TLS mean, and what follows from them."""

from pathlib import Path

import pytest

from deploy.kafka.commands import commands
from deploy.stack.environment import environment_of, replica_environment
from deploy.stack.kafka_properties import Listener, server_properties
from deploy.stack.places import Places
from deploy.stack.ports import Ports, instance_of
from deploy.stack.sentences import StackProblem
from deploy.stack.size import REPLICATED, Size
from deploy.stack.table import Table
from deploy.stack.topics import with_partitions


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "state", cache=tmp_path / "cache")
    made.make()
    return made


def test_nothing_said_is_one_of_each() -> None:
    assert Size.chosen({}) == Size()
    assert Table.read().with_instances(Size().instances) == Table.read()


def test_a_number_counts_for_every_service_and_a_name_for_one() -> None:
    assert Size.chosen({"REPLICAS": "2"}).replicas == dict.fromkeys(REPLICATED, 2)
    assert Size.chosen({"REPLICAS": "coding=3 intake=2"}).replicas == {"coding": 3, "intake": 2}


@pytest.mark.parametrize(
    "said",
    [
        {"REPLICAS": "0"},
        {"REPLICAS": "coding=many"},
        {"REPLICAS": "sandbox=2"},
        {"REPLICAS": "coding=9"},
        {"BROKERS": "2"},
        {"KAFKA_TLS": "1"},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_by_its_name(said: dict[str, str]) -> None:
    [(name, value)] = said.items()

    with pytest.raises(StackProblem, match=f"{name}={value}"):
        Size.chosen(said)


def test_who_needs_a_part_needs_all_its_instances() -> None:
    table = Table.read().with_instances({"kafka": 3, "coding": 2})

    assert {"kafka", "kafka-2", "kafka-3"} <= set(table.parts["coding-2"].needs)
    assert table.instances_of("coding") == ("coding", "coding-2")
    assert table.parts["coding-2"].command == table.parts["coding"].command
    assert table.parts["kafka-2"].ports == ("kafka-2", "kafka_controller-2")


def test_ports_of_further_instances_lie_a_hundred_above_and_clash_with_none() -> None:
    table = Table.read().with_instances(Size.chosen({"REPLICAS": "8", "BROKERS": "3"}).instances)
    ports = [Ports().of(port) for part in table.parts.values() for port in part.ports]

    assert Ports().of("coding-2") == Ports().coding + 100
    assert Ports.chosen({"CODING_PORT": "9000"}).of("coding-3") == 9200
    assert len(ports) == len(set(ports))
    assert instance_of("migrate-coding") == ("migrate-coding", 1)


def test_the_ports_of_further_instances_are_named_so_that_tests_can_draw_free_ones() -> None:
    size = Size(replicas={"coding": 2}, brokers=3)

    assert set(size.further()) == {"coding-2", "kafka-2", "kafka-3", "kafka_controller-2", "kafka_controller-3"}
    assert Ports(more={"coding-2": 5}).of("coding-2") == 5


def test_a_replica_is_told_the_same_but_its_port(places: Places) -> None:
    assert replica_environment("coding", Ports()) == {}
    assert replica_environment("coding-2", Ports()) == {"CLAIMWRIGHT_CODING__HTTP_PORT": "8502"}


def test_services_are_told_of_all_brokers_and_who_signed_their_certificates(places: Places) -> None:
    told = environment_of("intake", places, Ports(), size=Size(brokers=3, broker_tls=True))

    assert told["CLAIMWRIGHT_KAFKA__BOOTSTRAP"] == "127.0.0.1:8492,127.0.0.1:8592,127.0.0.1:8692"
    assert told["CLAIMWRIGHT_KAFKA__TLS_CA_FILE"] == str(places.tls / "kafka-ca.pem")
    assert "CLAIMWRIGHT_KAFKA__TLS_CA_FILE" not in environment_of("intake", places, Ports())


def test_three_brokers_keep_three_copies_and_wait_for_two() -> None:
    here = Listener("127.0.0.1", "127.0.0.1", 1)
    quorum = dict.fromkeys((1, 2, 3), here)

    one = server_properties(client=here, controller=here, data=Path("/d"), password="p")
    three = server_properties(client=here, controller=here, data=Path("/d"), password="p", node=2, quorum=quorum)

    copies = ("default.replication.factor", "min.insync.replicas", "offsets.topic.replication.factor")
    assert [one[name] for name in copies] == ["1", "1", "1"]
    assert [three[name] for name in copies] == ["3", "2", "3"]
    assert three["controller.quorum.voters"] == "1@127.0.0.1:1,2@127.0.0.1:1,3@127.0.0.1:1"


def test_the_same_is_printed_for_kafkas_own_tools_without_a_password() -> None:
    lines = list(commands("kafka:9092", with_partitions(24), brokers=3))
    intake = [line for line in lines if "User:svc_intake" in line and "--operation Write" in line]

    assert [line.split("--topic ")[1].split()[0] for line in intake] == ["claimwright.intake"]
    assert all("--partitions 24 --replication-factor 3" in line for line in lines if line.startswith("kafka-topics"))
    assert all("$(cat kafka_" in line for line in lines if line.startswith("kafka-configs"))
