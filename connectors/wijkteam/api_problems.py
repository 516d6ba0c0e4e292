"""How `/v1` says no, and how its document says so: RFC 9457, and 400 for bad input.

Source  NL API Design Rules 2.x
"""

from http import HTTPStatus
from typing import Any

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from connectors.wijkteam import api_models as say
from schemas.scrubbing import error_code


def documented(v1: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, once made: bad input is 400, and every problem is problem+json."""
    if v1.openapi_schema is None:
        document = FastAPI.openapi(v1)
        for operation in (each for path in document["paths"].values() for each in path.values()):
            operation["responses"].pop("422", None)
            for status, answer in operation["responses"].items():
                if status.startswith(("4", "5")):
                    answer["content"] = {"application/problem+json": answer["content"].pop("application/json")}
        for unused in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(unused, None)
        v1.openapi_schema = document
    return v1.openapi_schema


def problems(v1: FastAPI) -> None:
    """Every refusal of the application becomes a problem; none repeats a value."""

    def problem(status: int, detail: str, headers: Any = None) -> JSONResponse:
        body = say.Probleem(status=status, title=HTTPStatus(status).phrase, detail=detail)
        media = "application/problem+json"
        return JSONResponse(body.model_dump(), status, media_type=media, headers=headers)

    @v1.exception_handler(HTTPException)
    def refused(_: Request, refusal: HTTPException) -> JSONResponse:
        headers = {"WWW-Authenticate": "Bearer"} if refusal.status_code == 401 else refusal.headers
        return problem(refusal.status_code, str(refusal.detail), headers)

    @v1.exception_handler(RequestValidationError)
    def misread(_: Request, wrong: RequestValidationError) -> JSONResponse:
        fields = sorted({str(error["loc"][-1]) for error in wrong.errors() if error["type"] != "extra_forbidden"})
        return problem(400, "Ongeldig of ontbrekend: " + ", ".join(fields or ["een veld dat hier niet hoort"]))

    @v1.exception_handler(psycopg.OperationalError)
    @v1.exception_handler(psycopg.InterfaceError)
    def down(_: Request, error: psycopg.Error) -> JSONResponse:
        structlog.get_logger().warning("waiting", stage="api", code=error_code(error))
        return problem(503, "Een onderdeel doet het nu niet. Probeer het later opnieuw.")
