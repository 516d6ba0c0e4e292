"""Run one process in the foreground."""

import importlib
import os
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from signaalbrug.refusing import Unwilling
from signaalbrug.wiring import DELIVERIES, MODULES, STEPS, WORKER_MODULE

#: the one database of a process; the team's room has three roles, each with a URL of its own
DATABASES: Mapping[str, str] = MappingProxyType(
    {
        "vault": "SIGNAALBRUG_VAULT_DATABASE",
        "registers": "SIGNAALBRUG_DATABASE",
        "intake": "SIGNAALBRUG_DATABASE",
        "receiving": "SIGNAALBRUG_DATABASE",
        "trail": "SIGNAALBRUG_DATABASE",
    }
)


def run(name: str, database: str | None = None) -> int:
    """Serve until asked to stop; the exit code is that of the process."""
    if name not in MODULES:
        raise Unwilling(f"there is no process called {name}", f"signaalbrug run {'|'.join(MODULES)}")
    if database is not None:
        if name not in DATABASES:
            raise Unwilling(f"{name} has no single database", "set SIGNAALBRUG_FEED_…_DATABASE, or none")
        os.environ[DATABASES[name]] = database
    return int(_serve(MODULES[name])(os.environ))


def worker(step: str, delivery: str) -> int:
    """Serve one step until asked to stop."""
    if step not in STEPS or delivery not in DELIVERIES:
        repair = f"signaalbrug worker --step {'|'.join(STEPS)} --delivery {'|'.join(DELIVERIES)}"
        raise Unwilling(f"there is no worker for step {step} by delivery {delivery}", repair)
    return int(_serve(WORKER_MODULE)(os.environ, step, delivery))


def _serve(module: str) -> Callable[..., Any]:
    serve: Callable[..., Any] = importlib.import_module(module).serve
    return serve
