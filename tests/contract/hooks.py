"""Makes the attack reach deeper than made-up values would, and keeps it harmless."""

import itertools
import json
import os

import schemathesis

# Sessions by the action that waits in them; written by furnish.ts.
with open(os.environ["TALKCODY_WAITING"], encoding="utf-8") as file:
    WAITING = json.load(file)

# An input that each tool takes.
INPUTS = {
    "askUserQuestions": {
        "questions": [
            {
                "id": "colour",
                "question": "Which colour?",
                "header": "Choice",
                "options": [
                    {"label": "Red", "description": "Warm."},
                    {"label": "Blue", "description": "Cool."},
                ],
            }
        ]
    },
    "bash": {"command": "echo attacked"},
    "codeSearch": {"pattern": "sum"},
    "editFile": {"file_path": "README.md", "edits": [{"old_string": "Sample", "new_string": "Example"}]},
    "exitPlanMode": {"plan": "Nothing."},
    "glob": {"pattern": "**/*.js"},
    "listFiles": {},
    "readFile": {"file_path": "README.md"},
    "todoWrite": {"todos": []},
    "webFetch": {"url": "https://example.test/"},
    "writeFile": {"file_path": "made.txt", "content": "made\n"},
}

turns = itertools.count()


@schemathesis.deserializer("text/event-stream")
def frames_of(context, response):
    """What the contract describes of a stream: the data of each frame, as far as the stream was read."""
    blocks = response.content.decode("utf-8").split("\n\n")[:-1]
    lines = [line for block in blocks for line in block.split("\n")]
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


@schemathesis.hook
def before_call(context, case, kwargs):
    turn = next(turns)
    use_fresh_key(case, turn)
    name = case.operation.definition.raw.get("operationId")
    if name == "sendMessage" and case.body == 0 and is_positive(case):
        # The coverage phase sends 0 where it cannot make the body, and calls it valid.
        case.body = {"content": "Hello"}
    if name == "runTool":
        use_tool_input(case, turn)
    if name == "createAction":
        use_waiting_session(case)


def use_fresh_key(case, turn):
    """
    The same few keys come again and again, so that most requests would only be told so. And in a chain of requests a
    repeated one answers with what it made the first time, which may have been deleted since.
    """
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and 0 < len(key) <= 100 and (is_chained(case) or turn % 4 != 0):
        case.headers["Idempotency-Key"] = f"{key}-{turn}"


def is_chained(case):
    """Whether it goes on with what an earlier request of the same chain made."""
    return case.meta is not None and case.meta.phase.name == "stateful"


def is_positive(case):
    """Whether it is meant to be taken."""
    return case.meta is not None and case.meta.generation.mode.is_positive


def use_tool_input(case, turn):
    """Most runs get past the reading of the input. What a shell makes of random text is not tried."""
    tool = (case.path_parameters or {}).get("toolName")
    if not isinstance(case.body, dict) or not isinstance(case.body.get("input"), dict):
        return
    is_usable = tool in INPUTS and is_positive(case) and turn % 4 != 0
    if tool == "bash" and "command" in case.body["input"] or is_usable:
        case.body["input"] = INPUTS[tool]


def use_waiting_session(case):
    """An action is decided where it waits."""
    action = case.body.get("actionId") if isinstance(case.body, dict) else None
    if isinstance(action, str) and action in WAITING and not is_chained(case):
        case.path_parameters["sessionId"] = WAITING[action]


# Where the contract says in words what no schema can, and answers 400: a tool takes the input of its own schema, and a
# repository lies on a host that is named as hosts are, an unencrypted one on this machine; a path stays inside; a secret
# variable is long enough to be masked, and none has a name that changes how programs start; a granted host is written as
# URLs write it; and no field at any depth is named after a prototype.
IN_WORDS = {"/input", "/repository", "query/path"}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    if failure.code == "ST302":
        # Only what the path names was made just before; a 404 may speak of a made-up id in the body.
        detail = response.json()["detail"]
        return any(str(value) in detail for value in (case.path_parameters or {}).values())
    if failure.code == "ST202" and response.status_code == 400:
        return not is_said_in_words(response.json())
    return True


def is_said_in_words(problem):
    errors = problem.get("errors", [])
    return "`__proto__`" in problem["detail"] or (
        len(errors) > 0 and all(error["pointer"] in IN_WORDS or error["pointer"].startswith(("/variables", "/passedVariables", "/network/hosts")) for error in errors)
    )
