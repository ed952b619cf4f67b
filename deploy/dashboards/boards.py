"""What the dashboards show: what every service has, what each has of its own, and the way of a claim over them all."""

from collections.abc import Mapping, Sequence
from typing import Final

from claimwright.events.lifecycle_words import Stage
from claimwright.events.topics import Service
from deploy.dashboards.panels import Dashboard, Panel, Query, Row

_MOMENTS: Final = (("0.5", "half"), ("0.95", "95 %"), ("0.99", "99 %"))


def _moments(metric: str, matchers: str) -> list[Query]:
    """Return a histogram's median, 95th and 99th percentile."""
    return [
        Query(f"histogram_quantile({share}, sum by (le) (rate({metric}_bucket{{{matchers}}}[5m])))", legend)
        for share, legend in _MOMENTS
    ]


def _flow(of: str) -> Row:
    return Row(
        "Events",
        (
            Panel(
                "Lag",
                "How long the oldest event has waited on the broker that is not handled yet.",
                [
                    Query(
                        f"max by (consumer, topic) (claimwright_consumer_lag_seconds{{{of}}})", "{{consumer}} {{topic}}"
                    )
                ],
                unit="s",
                alarm_above=60,
            ),
            Panel(
                "Waiting",
                "Events that are not handled, and events that have not left.",
                [
                    Query(f"sum by (consumer) (claimwright_consumer_lag_records{{{of}}})", "{{consumer}}"),
                    Query(f"max(claimwright_outbox_unpublished_events{{{of}}})", "outbox"),
                ],
            ),
            Panel(
                "Oldest unpublished",
                "What is committed and not on the broker, and how long an open transaction holds it there.",
                [
                    Query(f"max(claimwright_outbox_oldest_unpublished_seconds{{{of}}})", "oldest"),
                    Query(f"max(claimwright_relay_fence_blocked_seconds{{{of}}})", "held by a transaction"),
                ],
                unit="s",
                alarm_above=60,
            ),
            Panel(
                "Handled",
                "Events a second whose effect is committed, and those that came again or concern nobody here.",
                [
                    Query(f"sum by (consumer) (rate(claimwright_events_handled_total{{{of}}}[1m]))", "{{consumer}}"),
                    Query(f"sum(rate(claimwright_inbox_duplicates_total{{{of}}}[1m]))", "again"),
                    Query(f"sum(rate(claimwright_events_skipped_total{{{of}}}[1m]))", "passed over"),
                ],
                unit="ops",
            ),
            Panel(
                "From event to effect",
                "How long after it happened an event's effect is committed.",
                _moments("claimwright_event_latency_seconds", of),
                unit="s",
            ),
            Panel(
                "Parked",
                "Keys that wait for the next try or a person, and events that are missing, which is never right.",
                [
                    Query(f"max by (consumer) (claimwright_parked_keys{{{of}}})", "{{consumer}}"),
                    Query(f"sum(increase(claimwright_version_gaps_total{{{of}}}[30m]))", "version gaps"),
                ],
            ),
        ),
    )


def _doors(of: str) -> Row:
    return Row(
        "Requests",
        (
            Panel(
                "Answers",
                "Requests a second by status.",
                [Query(f"sum by (status) (rate(claimwright_http_request_seconds_count{{{of}}}[1m]))", "{{status}}")],
                unit="reqps",
            ),
            Panel(
                "Time of an answer",
                "From the first byte of a request to the last of its answer.",
                _moments("claimwright_http_request_seconds", of),
                unit="s",
            ),
            Panel(
                "Open and turned away",
                "Requests that are being answered, and those a second that were not taken up.",
                [
                    Query(f"sum(claimwright_http_requests_in_flight{{{of}}})", "open"),
                    Query(f"sum(rate(claimwright_http_requests_turned_away_total{{{of}}}[1m]))", "turned away"),
                ],
            ),
        ),
    )


def _machine(of: str) -> Row:
    return Row(
        "Process",
        (
            Panel(
                "Batch",
                "One transaction of a consumer.",
                _moments("claimwright_consumer_batch_seconds", of),
                unit="s",
            ),
            Panel(
                "Waiting for the database",
                "From asking the pool to having a connection.",
                _moments("claimwright_database_wait_seconds", of),
                unit="s",
                alarm_above=1,
            ),
            Panel(
                "Event loop",
                "How late the loop wakes; all parts of a process share it.",
                [Query(f"max by (instance) (claimwright_loop_lag_seconds{{{of}}})", "{{instance}}")],
                unit="s",
                alarm_above=1,
            ),
            Panel(
                "Processor",
                "Cores that a process uses.",
                [Query(f"rate(process_cpu_seconds_total{{{of}}}[1m])", "{{instance}}")],
            ),
            Panel(
                "Memory",
                "What a process holds.",
                [Query(f"process_resident_memory_bytes{{{of}}}", "{{instance}}")],
                unit="bytes",
            ),
            Panel(
                "Partitions and relay",
                "Who reads how many partitions, and who carries the outbox.",
                [
                    Query(f"claimwright_consumer_partitions_held{{{of}}}", "{{instance}} {{consumer}}"),
                    Query(f"claimwright_relay_lock_held{{{of}}}", "{{instance}} relay"),
                ],
            ),
        ),
    )


_OWN: Final[Mapping[Service, Sequence[Panel]]] = {
    Service.SUBMISSION: (
        Panel(
            "Files on their way out",
            "Steps of files by what was told of them: unknown is asked about, never sent again unasked.",
            [Query('sum by (told) (rate(claimwright_file_steps_total{service="submission"}[5m]))', "{{told}}")],
            unit="ops",
            columns=12,
        ),
        Panel(
            "Answers that nobody here knows",
            "Acknowledgments with something that matches no file or claim of ours.",
            [
                Query(
                    'sum by (reason) (increase(claimwright_answers_unmatched_total{service="submission"}[1h]))',
                    "{{reason}}",
                )
            ],
            columns=12,
        ),
    ),
    Service.REMITTANCE: (
        Panel(
            "The ledger",
            "Cents by which it does not add up, and faults of its check: both are zero.",
            [
                Query("max(claimwright_ledger_imbalance_cents)", "cents"),
                Query("max(claimwright_ledger_faults)", "faults"),
            ],
            alarm_above=1,
        ),
        Panel(
            "Remittances",
            "Transactions of 835 files an hour by what became of them.",
            [Query("sum by (state) (increase(claimwright_remit_sets_total[1h]))", "{{state}}")],
        ),
        Panel(
            "Unmatched and unknown",
            "Remit claims that went to suspense, and codes that our tables do not know; neither loses money.",
            [
                Query("sum by (reason) (increase(claimwright_remit_unmatched_total[1h]))", "{{reason}}"),
                Query("sum by (list) (increase(claimwright_remit_unknown_codes_total[1h]))", "{{list}}"),
            ],
        ),
    ),
}


def of_service(service: Service) -> Dashboard:
    """Return the dashboard of one service."""
    of = f'service="{service.value}"'
    own = [Row("Its own", _OWN[service])] if service in _OWN else []
    return Dashboard(
        name=service.value,
        title=f"Claimwright: {service.value}",
        says=f"How the service {service.value} is: what waits, what it does, what it lacks.",
        rows=[*own, _flow(of), _doors(of), _machine(of)],
    )


def _ages(stage: Stage) -> Panel:
    matchers = f'stage="{stage.value}"'
    return Panel(
        f"Age on entering {stage.value}",
        "From taking the encounter to the claim's entering this stage.",
        _moments("claimwright_claim_age_seconds", matchers),
        unit="s",
    )


CLAIM: Final = Dashboard(
    name="claim",
    title="Claimwright: the way of a claim",
    says="From the encounter to the posted remittance, over all services: where it is, how old, what stands still.",
    rows=[
        Row(
            "What stands still",
            (
                Panel(
                    "Lag by service",
                    "The oldest event that waits for each service.",
                    [Query("max by (service) (claimwright_consumer_lag_seconds)", "{{service}}")],
                    unit="s",
                    alarm_above=60,
                ),
                Panel(
                    "Oldest unpublished by service",
                    "The oldest event that has not left each service.",
                    [Query("max by (service) (claimwright_outbox_oldest_unpublished_seconds)", "{{service}}")],
                    unit="s",
                    alarm_above=60,
                ),
                Panel(
                    "Parked by service",
                    "Keys that wait for the next try or a person.",
                    [Query("sum by (service) (claimwright_parked_keys)", "{{service}}")],
                ),
            ),
        ),
        Row(
            "How much flows",
            (
                Panel(
                    "Claims entering a stage",
                    "Claims a minute by the stage that they enter.",
                    [Query("sum by (stage) (rate(claimwright_claim_age_seconds_count[5m])) * 60", "{{stage}}")],
                    columns=12,
                ),
                Panel(
                    "Events by type",
                    "Events a second that the console recorded: each is counted once there.",
                    [
                        Query(
                            'sum by (type) (rate(claimwright_events_handled_total{service="console"}[5m]))', "{{type}}"
                        )
                    ],
                    unit="ops",
                    columns=12,
                ),
            ),
        ),
        Row(
            "How old claims are",
            [
                _ages(stage)
                for stage in (
                    Stage.READY,
                    Stage.TRANSMITTED,
                    Stage.CH_ACCEPTED,
                    Stage.PAYER_ACCEPTED,
                    Stage.ADJUDICATED,
                    Stage.CLOSED,
                )
            ],
        ),
        Row(
            "What was promised",
            (
                Panel(
                    "Sent within a day",
                    "The share of claims sent within 24 hours; the promise is 95 in 100.",
                    [
                        Query(
                            'sum(rate(claimwright_claim_age_seconds_bucket{stage="TRANSMITTED",le="86400.0"}[1d])) / '
                            'sum(rate(claimwright_claim_age_seconds_count{stage="TRANSMITTED"}[1d]))',
                            "share",
                        )
                    ],
                    unit="percentunit",
                    columns=12,
                ),
                Panel(
                    "The ledger adds up",
                    "Cents by which it does not: zero.",
                    [Query("max(claimwright_ledger_imbalance_cents)", "cents")],
                    alarm_above=1,
                    columns=12,
                ),
            ),
        ),
    ],
)


def dashboards() -> list[Dashboard]:
    """Return all dashboards."""
    return [CLAIM, *(of_service(service) for service in Service)]
