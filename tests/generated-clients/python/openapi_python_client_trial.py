"""Does the main job with the client that openapi-python-client made."""

from io import BytesIO

import httpx_sse
from talkcody_client import AuthenticatedClient, models
from talkcody_client.api.files import get_file_content, upload_file
from talkcody_client.api.sessions import create_action, create_session, get_session, stream_session_events
from talkcody_client.api.workspaces import get_workspace_diff
from talkcody_client.types import File
from trial import ANSWER, BYTES, REASON, TRIAL, UNKNOWN, expect, expect_diff, passed

FRAMES = {
    "snapshot": models.SnapshotFrame,
    "action.required": models.ActionRequiredEvent,
    "action.resolved": models.ActionResolvedEvent,
    "task.updated": models.TaskUpdatedEvent,
}

client = AuthenticatedClient(TRIAL["url"], TRIAL["key"], prefix="", auth_header_name="X-API-Key")


def main():
    session = start()
    resolved = follow(session.id)
    expect(resolved["editFile"].state == models.ActionState.APPROVED, resolved)
    passed("approve")
    rejected = resolved["writeFile"]
    expect(rejected.state == models.ActionState.REJECTED and rejected.reason == REASON, rejected)
    passed("reject")
    expect(resolved["askUserQuestions"].result.to_dict() == ANSWER, resolved)
    passed("answer")
    exchange_bytes()
    expect_diff(get_workspace_diff.sync(session.workspace_id, client=client).patch)
    refuse()


def start():
    workspace = models.CreateWorkspace(repository=TRIAL["repository"], branch=TRIAL["branch"])
    message = models.FirstMessage(content=TRIAL["script"])
    body = models.CreateSession(model=TRIAL["model"], workspace=workspace, message=message)
    session = create_session.sync(client=client, body=body)
    expect(isinstance(session, models.Session), session)
    passed("session")
    return session


def follow(session_id):
    """Decides what is asked for, to the end of the task; gives the decided actions by tool."""
    request = stream_session_events._get_kwargs(session_id)
    resolved = {}
    with httpx_sse.connect_sse(client.get_httpx_client(), timeout=60, **request) as source:
        for event in source.iter_sse():
            expect(event.data != "", "an event without data came")
            kind = FRAMES.get(event.event)
            frame = kind.from_dict(event.json()) if kind else None
            if isinstance(frame, models.ActionRequiredEvent):
                decide(frame.data.action)
            elif isinstance(frame, models.ActionResolvedEvent):
                resolved[frame.data.action.tool_name] = frame.data.action
            elif isinstance(frame, models.TaskUpdatedEvent) and frame.data.task.ended_at:
                expect(frame.data.task.state == models.TaskState.COMPLETED, frame)
                passed("stream")
                return resolved
    raise AssertionError("the stream ended before the task")


def decide(action):
    if action.type_ == models.ActionType.QUESTION:
        result = models.RespondActionResult.from_dict(ANSWER)
        body = models.RespondAction(type_="respond", action_id=action.id, result=result)
    elif action.tool_name == "writeFile":
        body = models.RejectAction(type_="reject", action_id=action.id, reason=REASON)
    else:
        body = models.ApproveAction(type_="approve", action_id=action.id, scope=models.ApprovalScope.ONCE)
    outcome = create_action.sync(action.session_id, client=client, body=body)
    expect(isinstance(outcome, models.ActionOutcome), outcome)


def exchange_bytes():
    file = upload_file.sync(client=client, body=File(payload=BytesIO(BYTES)), filename="bytes.bin")
    expect(isinstance(file, models.StoredFile) and file.size_bytes == len(BYTES), file)
    passed("upload")
    content = get_file_content.sync(file.id, client=client)
    expect(content.payload.read() == BYTES, "other bytes came back")
    passed("read back")


def refuse():
    missing = get_session.sync_detailed(UNKNOWN, client=client)
    expect(isinstance(missing.parsed, models.Problem), missing)
    expect(missing.parsed.code == models.ProblemCode.NOT_FOUND and missing.parsed.status == 404, missing)
    passed("not found")
    body = models.CreateSession(title="")
    problem = create_session.sync(client=client, body=body)
    expect(problem.code == models.ProblemCode.INVALID_REQUEST, problem)
    expect(problem.errors[0].pointer == "/title", problem)
    passed("invalid request")


main()
