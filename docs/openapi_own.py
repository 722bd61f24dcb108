# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the bridge answers by itself, for its API document: these routes call no bus method that could describe them."""

ABOUT = """
Every operation of `org.bangui.BanGUI1` over HTTP. Times are seconds since 1970 UTC, durations seconds (-1:
permanent), addresses canonical text. Lists are paged: `limit` (1 to 500), `cursor` (the `next_cursor` of the page
before), `total=true`. An array in a query is its name several times. A request that changes something with a
session's cookie needs the header `X-BanGUI: 1`. What takes longer than its `wait` is answered with 202 and an
operation. An answer has an ETag where it may be asked for again.
""".strip().replace("\n", " ")

TEXT, NUMBER, TRUTH = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
SCOPE = {"enum": ["read", "ban", "admin"]}
KIND = {"enum": ["session", "token"]}


def an_object(required, **members):
    """A whole one: it has no other members."""
    return {"type": "object", "properties": members, "required": required.split(), "additionalProperties": False}


def rows(row):
    return an_object("rows", rows={"type": "array", "items": row})


CREDENTIAL = dict(id=NUMBER, scope=SCOPE, created_at=NUMBER,
                  expires_at={**NUMBER, "description": "0: never"})
WHEN = {**NUMBER, "description": "when it was used last; 0: never"}
THRESHOLDS = dict(low=NUMBER, medium=NUMBER, high=NUMBER)
ENDED = an_object("ended", ended={**NUMBER, "description": "how many"})
SIGNED_IN = an_object("kind id scope created_at expires_at", kind=KIND, **CREDENTIAL)
STATUS = {"enum": ["ok", "degraded", "offline"]}
HEALTH = an_object(
    "status bridge daemon", status=STATUS,
    bridge=an_object("state", state={"const": "running"}, host=TEXT, version=TEXT, uptime=NUMBER, connections=NUMBER,
                     listeners=NUMBER),
    daemon=an_object("online", online=TRUTH, state=TEXT, version=TEXT),
    fail2ban=an_object("online", online=TRUTH, reason=TEXT, version=TEXT),
    parts={"type": "array", "items": an_object("name state", name=TEXT, state=TEXT, detail=TEXT)})

ROUTES = {
    "GET /health": {"answers": {"200": HEALTH}},
    "GET /events": {
        "query": {"types": {"type": "array", "items": TEXT,
                            "description": "types of events, `*` at the end for all that begin so: Bans.*"}},
        "text": "A stream that does not end.",
        "answers": {"200": ("text/event-stream", TEXT)}},
    "GET /openapi.json": {"answers": {"200": {"type": "object", "required": ["openapi", "info", "paths"]}}},
    "GET /setup": {"answers": {"200": an_object("done allowed", done=TRUTH, allowed=TRUTH)}},
    "POST /setup": {"body": {"password": TEXT}, "answers": {"201": SIGNED_IN}},
    "POST /setup/strength": {
        "body": {"password": TEXT},
        "answers": {"200": an_object("score advice", score={"type": "integer", "minimum": 0, "maximum": 4},
                                     advice={"type": "array", "items": TEXT})}},
    "POST /auth/login": {"body": {"password": TEXT}, "answers": {"200": SIGNED_IN}},
    "POST /auth/logout": {"answers": {"200": ENDED}},
    "GET /auth/session": {"answers": {"200": an_object("kind id scope expires_at", kind=KIND, **CREDENTIAL)}},
    "POST /auth/password": {"body": {"current": TEXT, "password": TEXT}, "answers": {"200": ENDED}},
    "GET /auth/sessions": {"answers": {"200": rows(an_object(
        "id current", current=TRUTH, last_seen_at=WHEN, address=TEXT, agent=TEXT, **CREDENTIAL))}},
    "DELETE /auth/sessions": {"query": {"others": TRUTH}, "answers": {"200": ENDED}},
    "DELETE /auth/sessions/{id}": {"answers": {"200": ENDED}},
    "GET /auth/tokens": {"answers": {"200": rows(an_object(
        "id name scope", name=TEXT, last_used_at=WHEN, address=TEXT, **CREDENTIAL))}},
    "POST /auth/tokens": {
        "body": {"name": TEXT, "scope": SCOPE, "days": {**NUMBER, "description": "until it expires; 0: never"}},
        "answers": {"201": an_object("id token scope", token={**TEXT, "description": "not shown again"}, name=TEXT,
                                     last_used_at=WHEN, address=TEXT, **CREDENTIAL)}},
    "GET /config/map-color-thresholds": {"answers": {"200": an_object("low medium high", **THRESHOLDS)}},
    "PUT /config/map-color-thresholds": {"body": THRESHOLDS, "required": [],
                                         "answers": {"200": an_object("", **THRESHOLDS)}},
    "DELETE /auth/tokens/{id}": {"answers": {"200": ENDED}},
}

SCHEMAS = {
    "Error": an_object("error_code message details correlation_id", error_code=TEXT, message=TEXT,
                       details={"type": "object"}, correlation_id=TEXT),
    "OperationStarted": an_object("operation", operation={
        **TEXT, "description": "its id: GET operations/{operation} follows it"}),
}

SECURITY = {
    "session": {"type": "apiKey", "in": "cookie", "name": "bangui",
                "description": "Made by POST auth/login. The name begins with __Host- on TLS, with __Secure- there "
                               "below a sub-path. Requests that change something need the header X-BanGUI: 1."},
    "token": {"type": "http", "scheme": "bearer", "description": "Made by POST auth/tokens."},
}


def outside(operation, summary, statuses):
    return {"servers": [{"url": "../.."}], "get": {
        "operationId": operation, "tags": ["health"], "summary": summary, "security": [], "responses": {
            status: {"description": text, "content": {kind: {"schema": schema}}}
            for status, (text, kind, schema) in statuses.items()}}}


# beside /api/v1
OUTSIDE = {
    "/health/live": outside("get_health_live", "Whether the bridge runs.", {
        "200": ("It does.", "application/json", an_object("status", status={"const": "live"}))}),
    "/health/ready": outside("get_health_ready", "Whether the bridge is of use; without fail2ban it is.", {
        "200": ("The daemon answers.", "application/json", HEALTH),
        "503": ("The daemon is away.", "application/json", HEALTH)}),
    "/metrics": outside("get_metrics", "Figures for Prometheus; the setting metrics says who may read them.", {
        "200": ("Text format 0.0.4.", "text/plain", TEXT),
        "401": ("The setting metrics is token, and there was none.", "application/json",
                {"$ref": "#/components/schemas/Error"}),
        "404": ("The setting metrics is off.", "application/json", {"$ref": "#/components/schemas/Error"})}),
}
