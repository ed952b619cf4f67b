"""Judges a run from outside: `python tests/chaos/checker.py CONFIG`. It imports nothing of the product's.

It reads what a client noted of its posts, the databases, the topics and the 837 files as the clearinghouse received
them, and says of each invariant whether it holds. For one that does not it shows the first claims and the shortest
chain of what happened to the first. Exit code 0: all hold; 1: one does not. A line of JSON on the last line holds the
verdicts.

CONFIG is JSON: `postgres` (host, port, user, password, database), `kafka` (bootstrap, username, password, mechanism),
`sandbox_key_file`, `journal` (JSON lines of the client), `logs` (of the services), `parked` (claims that are parked
on purpose, usually none), `poison_of_256` (claims whose id ends in a lower byte could not be handled for a while and
had to park; no other may have), `planted` (statements that break an invariant, which begins their name). With
`planted` each invariant is judged alone while it is broken, in a transaction that is taken back; an empty statement
breaks the journal instead.
A line of the journal: `claim`, `encounter`, `key`, `status`, `body` (a hash of the answer), `end` (the event that only
this claim's end has). A post that was answered several times has several lines.
"""

import asyncio
import base64
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Connection = Any
Config = Mapping[str, Any]

PUBLISHERS = ("intake", "coding", "submission", "remittance", "console")
CONSUMERS = {
    ("intake", "access"): ("access",),
    ("intake", "claims"): ("coding", "submission", "remittance"),
    ("coding", "access"): ("access",),
    ("coding", "coding"): ("intake",),
    ("submission", "access"): ("access",),
    ("submission", "claims"): ("coding", "remittance"),
    ("remittance", "access"): ("access",),
    ("remittance", "remittance"): ("submission",),
    ("console", "console"): ("intake", "coding", "submission", "remittance", "access"),
}
"""Service and consumer to the topics that it reads, without `claimwright.` in front."""

ENDS = ("claim.closed.v1", "patient_balance.released.v1", "denial.opened.v1")
WAY = ("encounter.received.v1", "remit.matched.v1", "claim.adjudicated.v1")
"""What every claim of this load has exactly once; a rejected one is queued, sent and answered more often."""

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(slots=True)
class Found:
    """What one invariant came to: sentences about what is wrong, and the claim that the first is about."""

    wrong: list[str] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    looked_at: int = 0
    note: str = ""

    def add(self, sentence: str, claim: str | None = None) -> None:
        self.wrong.append(sentence)
        if claim is not None:
            self.claims.append(claim)


@dataclass(slots=True)
class World:
    """All that was read."""

    config: Config
    connection: Connection
    journal: list[dict[str, Any]]
    outbox: dict[str, list[Any]] = field(default_factory=dict)
    sent: list["Sent"] = field(default_factory=list)

    def claims(self) -> dict[str, str]:
        """Return each accepted claim with its wanted end."""
        return {line["claim"]: line["end"] for line in self.journal if line["status"] == 202}


@dataclass(frozen=True, slots=True)
class Sent:
    """One 837 as the clearinghouse got it."""

    interchange: str
    groups: tuple[str, ...]
    sets: tuple[tuple[str, str], ...]
    claims: tuple[tuple[str, str], ...]  # patient control number, frequency


def text_of(prefix: str, value: Any) -> str:
    """Return an id as the API shows it: 26 characters of five bits each."""
    number = value.int
    return f"{prefix}_" + "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def read_837(content: bytes) -> Sent:
    """Return the control numbers and claims of one interchange, by its own separators."""
    text = content.decode("latin-1")
    element, terminator, component = text[3], text[105], text[104]
    segments = [segment.strip().split(element) for segment in text.split(terminator) if segment.strip()]
    group = ""
    sets, claims, groups = [], [], []
    for segment in segments:
        match segment[0]:
            case "GS":
                group = segment[6]
                groups.append(group)
            case "ST":
                sets.append((group, segment[2]))
            case "CLM":
                claims.append((segment[1], segment[5].split(component)[2]))
    return Sent(segments[0][13], tuple(groups), tuple(sets), tuple(claims))


async def read_world(config: Config, connection: Connection) -> World:
    lines = Path(config["journal"]).read_text().splitlines()
    world = World(config, connection, [json.loads(line) for line in lines])
    for service in PUBLISHERS:
        world.outbox[service] = await connection.fetch(
            f"select seq, event_id, topic, key, type, version, headers from {service}.outbox order by seq"
        )
    cipher = AESGCM(base64.b64decode(Path(config["sandbox_key_file"]).read_text()))
    for row in await connection.fetch("select id, content from sandbox.received_file order by received_at"):
        sealed = row["content"]
        world.sent.append(read_837(cipher.decrypt(sealed[:12], sealed[12:], row["id"].bytes)))
    return world


async def i1_one_claim_an_encounter(world: World) -> Found:
    """Every accepted encounter has its one claim, and no encounter exists that nobody posted."""
    found = Found()
    rows = await world.connection.fetch(
        "select c.id as claim, e.id as encounter from intake.encounter e "
        "left join intake.claim c on (c.org_id, c.encounter_id) = (e.org_id, e.id)"
    )
    there = defaultdict(list)
    for row in rows:
        there[text_of("enc", row["encounter"])].append(None if row["claim"] is None else text_of("clm", row["claim"]))
    accepted = {line["encounter"]: line["claim"] for line in world.journal if line["status"] == 202}
    for encounter, claim in accepted.items():
        if there.get(encounter) != [claim]:
            found.add(f"{encounter} was accepted as {claim}, and there is {there.get(encounter)}", claim)
    for encounter in there.keys() - accepted.keys():
        found.add(f"{encounter} is there, and nobody was told so", (there[encounter] or [None])[0])
    found.looked_at = len(there)
    return found


async def i2_one_end(world: World) -> Found:
    """Each remit claim posts exactly once, and each claim ends in one state, the one that was asked for."""
    found = Found()
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for service in PUBLISHERS:
        for row in world.outbox[service]:
            seen[row["key"]][row["type"]] += 1
    for claim, end in world.claims().items():
        wanted = {name: int(name == end or name in WAY) for name in (*WAY, *ENDS)}
        for name, times in wanted.items():
            if seen[claim][name] != times:
                found.add(f"{claim}: {name} {seen[claim][name]} times instead of {times}", claim)
    rows = await world.connection.fetch(
        "select c.id, c.claim_id, count(p.id) as postings from remittance.remit_claim c "
        "left join remittance.posting p on (p.org_id, p.cause_id) = (c.org_id, c.id) and p.cause_kind = 'remit_claim' "
        "group by c.id, c.claim_id having count(p.id) <> 1"
    )
    for row in rows:
        owner = None if row["claim_id"] is None else text_of("clm", row["claim_id"])
        found.add(f"remit claim {row['id']} of {owner} posted {row['postings']} times", owner)
    found.looked_at = len(world.claims())
    return found


async def i3_cents(world: World) -> Found:
    """Each posting sums to zero, the books as a whole do, and each claim's payments and the rest make its charge."""
    found = Found()
    for row in await world.connection.fetch(
        "select posting_id, sum(cents) as cents from remittance.ledger_entry group by posting_id having sum(cents) <> 0"
    ):
        found.add(f"posting {row['posting_id']} is {row['cents']} cents out")
    rows = await world.connection.fetch(
        """
        select claim_id, sum(cents) filter (where account = 'charges') as charged,
          sum(cents) filter (where account <> 'charges') as explained,
          sum(cents) filter (where account like 'receivable.insurance%') as owed_by_payer
        from remittance.ledger_entry where claim_id is not null group by claim_id
        """
    )
    ledger = {text_of("clm", row["claim_id"]): row for row in rows}
    for claim, end in world.claims().items():
        row = ledger.get(claim)
        if row is None:
            found.add(f"{claim} has no entry in the ledger", claim)
        elif row["charged"] is None or row["charged"] + row["explained"] != 0:
            found.add(f"{claim}: charged {row['charged']}, explained {row['explained']}", claim)
        elif row["owed_by_payer"] not in {None, 0} and end != "denial.opened.v1":
            found.add(f"{claim} has ended, and its payer still owes {row['owed_by_payer']} cents", claim)
    found.looked_at = len(ledger)
    return found


async def i4_files(world: World) -> Found:
    """No two live attempts; control numbers unique and accounted for; a rebuilt file follows a rejected one."""
    found = Found()
    control_numbers: dict[str, list[Any]] = {
        "ISA13": [sent.interchange for sent in world.sent],
        "GS06": [number for sent in world.sent for number in sent.groups],
        "ST02": [one for sent in world.sent for one in sent.sets],
    }
    for name, numbers in control_numbers.items():
        for number, times in Counter(numbers).items():
            if times > 1:
                found.add(f"{name} {number} reached the clearinghouse {times} times")
    artifacts = await world.connection.fetch("select interchange_number, transport from submission.artifact")
    drawn = await world.connection.fetchval(
        "select coalesce(sum(interchange_number), 0) from submission.control_counter"
    )
    if drawn != len(artifacts):
        found.add(f"{drawn} interchange numbers were drawn, and {len(artifacts)} files have one")
    got = {int(sent.interchange) for sent in world.sent}
    for row in artifacts:
        is_sent = row["transport"] == "sent"
        if is_sent != (row["interchange_number"] in got):
            found.add(f"file {row['interchange_number']} is {row['transport']}, the clearinghouse says otherwise")
    for row in await world.connection.fetch(
        "select s.claim_id from submission.attempt a join submission.submission s on s.id = a.submission_id "
        "where a.is_live group by s.claim_id, a.submission_id having count(*) > 1"
    ):
        claim = text_of("clm", row["claim_id"])
        found.add(f"{claim} has two live attempts", claim)
    number_of = {
        row["number"]: text_of("clm", row["claim_id"])
        for row in await world.connection.fetch("select number, claim_id from submission.patient_control_number")
    }
    rejected: Counter[str] = Counter()
    for row in world.outbox["submission"]:
        rejected[row["key"]] += row["type"] in {
            "ack.payer_rejected.v1",
            "ack.clearinghouse_rejected.v1",
            "ack.set_rejected.v1",
        }
    for (number, frequency), times in Counter(one for sent in world.sent for one in sent.claims).items():
        claim = number_of.get(number, number)
        if times > 1 + rejected[claim]:
            found.add(
                f"{claim} went out {times} times with frequency {frequency}, rejected {rejected[claim]} times", claim
            )
    found.looked_at = len(world.sent)
    return found


async def i5_versions(world: World) -> Found:
    """Each key's events are 1..n, and every consumer has seen each key to its last."""
    found = Found()
    highest: dict[tuple[str, str], int] = {}
    for service in PUBLISHERS:
        versions = defaultdict(list)
        for row in world.outbox[service]:
            versions[row["topic"], row["key"]].append(row["version"])
        for (topic, key), numbers in versions.items():
            highest[topic, key] = max(numbers)
            if numbers != list(range(1, len(numbers) + 1)):
                found.add(f"{topic} {key} has the versions {numbers}", key)
    for (service, consumer), topics in CONSUMERS.items():
        rows = await world.connection.fetch(
            f"select topic, key, version from {service}.seen_version where consumer = $1", consumer
        )
        seen = {(row["topic"], row["key"]): row["version"] for row in rows}
        for (topic, key), last in highest.items():
            if topic.removeprefix("claimwright.") in topics and seen.get((topic, key), 0) != last:
                found.add(f"{service}/{consumer} has seen {topic} {key} to {seen.get((topic, key), 0)} of {last}", key)
    found.looked_at = len(highest)
    return found


async def i6_topics(world: World) -> Found:
    """The outbox's rows are the distinct events of its topic; copies are allowed, and counted."""
    found = Found()
    copies = 0
    for service in PUBLISHERS:
        topic = "claimwright.access" if service == "console" else f"claimwright.{service}"
        ids = await events_in(world.config, topic)
        copies += len(ids) - len(set(ids))
        rows = {text_of("evt", row["event_id"]): row["key"] for row in world.outbox[service] if row["topic"] == topic}
        for missing in rows.keys() - set(ids):
            found.add(f"{missing} of {rows[missing]} is not in {topic}", rows[missing])
        for strange in set(ids) - rows.keys():
            found.add(f"{strange} is in {topic}, and no row says so")
        found.looked_at += len(rows)
    found.note = f"{copies} copies"
    return found


async def i7_inbox(world: World) -> Found:
    """Each event stands once in the inbox of everyone who reads it, and nothing else stands there."""
    found = Found()
    for (service, consumer), topics in CONSUMERS.items():
        rows = await world.connection.fetch(f"select event_id from {service}.inbox where consumer = $1", consumer)
        taken = Counter(row["event_id"] for row in rows)
        wanted = {
            row["event_id"]: row
            for publisher in PUBLISHERS
            for row in world.outbox[publisher]
            if row["topic"].removeprefix("claimwright.") in topics
        }
        for event_id, row in wanted.items():
            if taken[event_id] != 1:
                found.add(f"{service}/{consumer} has {row['type']} of {row['key']} {taken[event_id]} times", row["key"])
        for event_id in taken.keys() - wanted.keys():
            found.add(f"{service}/{consumer} has {event_id}, which nobody published")
        found.looked_at += len(wanted)
    return found


async def i8_same_answer(world: World) -> Found:
    """The same post gets the same bytes, whenever and however often it comes."""
    found = Found()
    answers = defaultdict(set)
    for line in world.journal:
        if line["status"] == 202:
            answers[line["key"]].add((line["body"], line["claim"]))
    for key, bodies in answers.items():
        if len(bodies) > 1:
            found.add(f"{key} was answered in {len(bodies)} ways", min(bodies)[1])
    accepted = sum(line["status"] == 202 for line in world.journal)
    found.looked_at = accepted
    found.note = f"{accepted - len(answers)} repeated"
    return found


async def i9_at_rest(world: World) -> Found:
    """Nothing waits: all is relayed, all is read, and parked is what was parked on purpose."""
    found = Found()
    for service in PUBLISHERS:
        waiting = await world.connection.fetchval(
            f"select count(*) from {service}.outbox where seq > (select seq from {service}.relay_cursor)"
        )
        if waiting:
            found.add(f"{service} has {waiting} events that are not relayed")
    parked = set()
    for service in {service for service, _ in CONSUMERS}:
        for row in await world.connection.fetch(f"select consumer, key, type, reason, state from {service}.parked"):
            parked.add(row["key"])
            if row["key"] not in world.config.get("parked", ()):
                found.add(
                    f"{service}/{row['consumer']} parked {row['type']}: {row['reason']}, {row['state']}", row["key"]
                )
    for key in set(world.config.get("parked", ())) - parked:
        found.add(f"{key} should be parked", key)
    rows = await world.connection.fetch(
        "select id from intake.claim where get_byte(uuid_send(id), 15) < $1", world.config["poison_of_256"]
    )
    poison = {text_of("clm", row["id"]) for row in rows}
    once_parked = {line["key"] for line in parkings(world.config) if line["code"] != "version_gap"}
    for key in once_parked - poison:
        found.add(f"{key} was parked for a while, and there is nothing wrong with it", key)
    found.note = f"{len(once_parked)} parked for a while"
    for group, lag in (await lags(world.config)).items():
        if lag:
            found.add(f"{group} is {lag} records behind")
        found.looked_at += 1
    return found


async def i10_no_gap(world: World) -> Found:
    """Nobody ever missed a version of a key: no event waits for one, and no log tells of one."""
    found = Found()
    for service in {service for service, _ in CONSUMERS}:
        for row in await world.connection.fetch(
            f"select consumer, key, version from {service}.parked where reason = 'version_gap'"
        ):
            found.add(f"{service}/{row['consumer']} waits for the version before {row['version']}", row["key"])
    for line in parkings(world.config):
        found.looked_at += 1
        if line["code"] == "version_gap":
            found.add(f"{line['service']}/{line['consumer']} missed a version at {line['at']}", line["key"])
    return found


INVARIANTS: dict[str, Callable[[World], Awaitable[Found]]] = {
    "I1": i1_one_claim_an_encounter,
    "I2": i2_one_end,
    "I3": i3_cents,
    "I4": i4_files,
    "I5": i5_versions,
    "I6": i6_topics,
    "I7": i7_inbox,
    "I8": i8_same_answer,
    "I9": i9_at_rest,
    "I10": i10_no_gap,
}


def parkings(config: Config) -> Iterator[dict[str, Any]]:
    """Yield what the services' logs tell of events that were parked; whoever is killed may tell half a line."""
    for path in map(Path, config["logs"]):
        for line in path.read_text(errors="replace").splitlines() if path.exists() else ():
            if '"event_parked"' in line:
                with suppress(json.JSONDecodeError):
                    yield json.loads(line)


async def events_in(config: Config, topic: str) -> list[str]:
    """Return the ids of all events in a topic, from its beginning to its end."""
    consumer = AIOKafkaConsumer(**_login(config), auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        parts = [TopicPartition(topic, number) for number in sorted(await _partitions(config, topic))]
        consumer.assign(parts)
        ends = await consumer.end_offsets(parts)
        await consumer.seek_to_beginning(*parts)
        ids: list[str] = []
        while any([await consumer.position(part) < ends[part] for part in parts]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                ids += [dict(record.headers).get("ce_id", b"no event").decode() for record in records]
        return ids
    finally:
        await consumer.stop()


async def lags(config: Config) -> dict[str, int]:
    """Return how many records each consumer has not noted as read."""
    admin = AIOKafkaAdminClient(**_login(config))
    reader = AIOKafkaConsumer(**_login(config))
    await admin.start()
    await reader.start()
    try:
        behind = {}
        for (service, consumer), topics in CONSUMERS.items():
            group = f"claimwright.{service}.{consumer}"
            noted = await admin.list_consumer_group_offsets(group)
            behind[group] = 0
            for topic in topics:
                name = f"claimwright.{topic}"
                parts = [TopicPartition(name, number) for number in await _partitions(config, name)]
                for part, end in (await reader.end_offsets(parts)).items():
                    behind[group] += end - (noted[part].offset if part in noted else 0)
        return behind
    finally:
        await reader.stop()
        await admin.close()


async def _partitions(config: Config, topic: str) -> list[int]:
    admin = AIOKafkaAdminClient(**_login(config))
    await admin.start()
    try:
        described = await admin.describe_topics([topic])
        return [part["partition"] for part in described[0]["partitions"]]
    finally:
        await admin.close()


def _login(config: Config) -> dict[str, Any]:
    kafka = config["kafka"]
    return {
        "bootstrap_servers": kafka["bootstrap"],
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": kafka["mechanism"],
        "sasl_plain_username": kafka["username"],
        "sasl_plain_password": kafka["password"],
    }


async def chain_of(world: World, claim: str) -> list[str]:
    """Return the shortest chain of what happened to a claim: its events in the order they were told."""
    told = []
    for service in PUBLISHERS:
        for row in world.outbox[service]:
            if row["key"] == claim:
                headers = json.loads(row["headers"])
                told.append((headers["ce_time"], service, row["seq"], row["version"], row["type"], headers["ce_id"]))
    lines = [
        f"{moment} {service} #{seq} v{version} {name} {event}"
        for moment, service, seq, version, name, event in sorted(told)
    ]
    for service in {service for service, _ in CONSUMERS}:
        rows = await world.connection.fetch(
            f"select consumer, version, type, reason, state, attempts from {service}.parked where key = $1", claim
        )
        lines += [
            f"parked by {service}/{row['consumer']}: v{row['version']} {row['type']} {row['reason']} {row['state']}"
            for row in rows
        ]
    return lines


async def judge(config: Config) -> dict[str, Found]:
    """Return what each invariant came to, and print it."""
    connection = await asyncpg.connect(**config["postgres"], timeout=10)
    try:
        # One snapshot for all tables, so that what goes on meanwhile is no contradiction.
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            world = await read_world(config, connection)
            verdicts = {name: await invariant(world) for name, invariant in INVARIANTS.items()}
            for name, found in verdicts.items():
                await _print(world, name, found)
    finally:
        await connection.close()
    return verdicts


async def judge_planted(config: Config) -> dict[str, Found]:
    """Return what each invariant came to while it was broken on purpose; the database is left as it was."""
    connection = await asyncpg.connect(**config["postgres"], timeout=10)
    verdicts = {}
    try:
        for name, statement in config["planted"].items():
            transaction = connection.transaction(isolation="repeatable_read")
            await transaction.start()
            try:
                await connection.execute(f"set local session_replication_role = replica; {statement}")
                world = await read_world(config, connection)
                if not statement:
                    world.journal.append(world.journal[0] | {"body": "other bytes"})
                verdicts[name] = await INVARIANTS[name.split()[0]](world)
            finally:
                await transaction.rollback()
    finally:
        await connection.close()
    return verdicts


async def _print(world: World, name: str, found: Found) -> None:
    doc = (INVARIANTS[name].__doc__ or "").strip()
    print(f"{name:4} {'holds' if not found.wrong else 'FAILS'}  {doc} [{found.looked_at} looked at] {found.note}")
    for sentence in found.wrong[:5]:
        print(f"       {sentence}")
    if len(found.wrong) > 5:
        print(f"       … and {len(found.wrong) - 5} more")
    if found.claims:
        print(f"     what happened to {found.claims[0]}:")
        for line in await chain_of(world, found.claims[0]):
            print(f"       {line}")


def main(arguments: Sequence[str]) -> int:
    config = json.loads(Path(arguments[0]).read_text())
    verdicts = asyncio.run(judge_planted(config) if "planted" in config else judge(config))
    print(json.dumps({name: len(found.wrong) for name, found in verdicts.items()}))
    return int(any(found.wrong for found in verdicts.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
