"""The metric catalogue of ecosystem.md 2.1: the names that may be served, and the labels they may carry."""

#: without the prefix `signaalbrug_`; a name outside this list is a name nobody has a dashboard for
PLANNED = frozenset(
    {
        "intake_rows_total",
        "intake_last_success_timestamp_seconds",
        "step_records_total",
        "step_batch_seconds",
        "step_commit_seconds",
        "step_commit_age_seconds",
        "step_restore_seconds",
        "step_partitions_held",
        "step_fenced_total",
        "step_redelivered_total",
        "step_caught_up_total",
        "oldest_undecided_seconds",
        "decisions_total",
        "outcomes_total",
        "alerts_total",
        "alerts_held_total",
        "signal_to_feed_seconds",
        "withdrawal_to_effect_seconds",
        "quarantined_total",
        "quarantine_oldest_seconds",
        "feed_delivery_seconds",
        "feed_subscribers",
        "inbox_first_open_seconds",
        "inbox_open_items",
        "team_decisions_total",
        "terugkoppeling_overdue",
        "trail_gaps_total",
        "build_info",
        "policy_info",
    }
)

#: what the rooms serve beside the catalogue; every label of theirs stands below too
ADDED = frozenset(
    {
        "calendar_day_timestamp_seconds",
        "intake_clock_ahead_total",
        "intake_outage",
        "intake_source_expected_timestamp_seconds",
        "intake_waiting_files",
        "polling_stands_still",
        "push_requests_total",
        "register_lookups_total",
        "step_emitted_total",
        "step_failed_total",
        "step_hung_total",
        "step_lag_records",
        "step_parked",
        "trail_erased_bodies_total",
        "trail_records_total",
        "vault_calls_total",
        "vault_denied_persons_total",
    }
)

#: every label that may stand on any metric: ours, and those of the Python client
LABELS = frozenset(
    {
        *("source", "outcome", "step", "topic", "partition", "allowed", "reason", "purpose", "rule"),
        *(
            "rule_version",
            "team",
            "urgency",
            "stage",
            "code",
            "channel",
            "verdict",
            "kind",
            "version",
            "sha",
            "call",
            "part",
        ),
        *("le", "generation", "implementation", "major", "minor", "patchlevel"),
    }
)
