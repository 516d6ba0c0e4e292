"""Every refusal at the command line says what is wrong and which command repairs it."""


class Unwilling(Exception):
    """A command that cannot be done as it was asked."""

    def __init__(self, problem: str, repair: str) -> None:
        super().__init__(f"{problem}\n  repair: {repair}")
        self.problem, self.repair = problem, repair
