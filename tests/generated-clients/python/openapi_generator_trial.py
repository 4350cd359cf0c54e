"""Does the main job with the client that openapi-generator made."""

import sseclient
from talkcody_generated import ApiClient, Configuration, api, exceptions, models
from trial import ANSWER, BYTES, REASON, TRIAL, UNKNOWN, expect, expect_diff, passed

client = ApiClient(Configuration(host=TRIAL["url"], api_key={"apiKey": TRIAL["key"]}))
sessions = api.SessionsApi(client)
files = api.FilesApi(client)
workspaces = api.WorkspacesApi(client)


def main():
    session = start()
    resolved = follow(session.id)
    expect(resolved["editFile"].state == models.ActionState.APPROVED, resolved)
    passed("approve")
    rejected = resolved["writeFile"]
    expect(rejected.state == models.ActionState.REJECTED and rejected.reason == REASON, rejected)
    passed("reject")
    expect(resolved["askUserQuestions"].result == ANSWER, resolved)
    passed("answer")
    exchange_bytes()
    expect_diff(workspaces.get_workspace_diff(session.workspace_id).patch)
    refuse()


def start():
    workspace = models.CreateWorkspace(repository=TRIAL["repository"], branch=TRIAL["branch"])
    message = models.FirstMessage(content=models.MessageContent(TRIAL["script"]))
    session = sessions.create_session(
        models.CreateSession(model=TRIAL["model"], workspace=workspace, message=message)
    )
    passed("session")
    return session


def follow(session_id):
    """Decides what is asked for, to the end of the task; gives the decided actions by tool."""
    response = sessions.stream_session_events_without_preload_content(session_id, _request_timeout=60)
    resolved = {}
    for event in sseclient.SSEClient(response.stream()).events():
        expect(event.data != "", "an event without data came")
        frame = models.StreamFrame.from_json(event.data).actual_instance
        if isinstance(frame, models.ActionRequiredEvent):
            decide(frame.data.action)
        elif isinstance(frame, models.ActionResolvedEvent):
            resolved[frame.data.action.tool_name] = frame.data.action
        elif isinstance(frame, models.TaskUpdatedEvent) and frame.data.task.ended_at:
            expect(frame.data.task.state == models.TaskState.COMPLETED, frame)
            response.close()
            passed("stream")
            return resolved
    raise AssertionError("the stream ended before the task")


def decide(action):
    if action.type == models.ActionType.QUESTION:
        body = models.RespondAction(type="respond", action_id=action.id, result=ANSWER)
    elif action.tool_name == "writeFile":
        body = models.RejectAction(type="reject", action_id=action.id, reason=REASON)
    else:
        body = models.ApproveAction(type="approve", action_id=action.id, scope=models.ApprovalScope.ONCE)
    sessions.create_action(action.session_id, models.CreateAction(body))


def exchange_bytes():
    file = files.upload_file(BYTES, filename="bytes.bin")
    expect(file.size_bytes == len(BYTES), file)
    passed("upload")
    expect(bytes(files.get_file_content(file.id)) == BYTES, "other bytes came back")
    passed("read back")


def refuse():
    try:
        sessions.get_session(UNKNOWN)
        expect(False, "an unknown session was found")
    except exceptions.NotFoundException as missing:
        expect(missing.data.code == models.ProblemCode.NOT_MINUS_FOUND and missing.data.status == 404, missing)
    passed("not found")
    try:
        # Both at once; what the schema alone can say, the client refuses by itself.
        both = models.CreateSession(workspace_id="wsp_" + "7" * 26, workspace=models.CreateWorkspace())
        sessions.create_session(both)
        expect(False, "two workspaces were taken")
    except exceptions.BadRequestException as invalid:
        expect(invalid.data.code == models.ProblemCode.INVALID_MINUS_REQUEST, invalid)
        expect("workspaceId" in invalid.data.errors[0].detail, invalid)
    passed("invalid request")


main()
