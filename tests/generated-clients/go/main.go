// Does the main job with the client that oapi-codegen made; see clients.ts.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"regexp"
	"strings"

	"github.com/tmaxmax/go-sse"

	"talkcody.test/client/api"
)

var trial struct {
	URL, Key, Repository, Branch, Model, Script, Contract string
}

const reason = "Not this file."

var (
	answer = map[string]any{"colour": "Red"}
	ctx    = context.Background()
	client *api.ClientWithResponses
)

func main() {
	check(json.Unmarshal([]byte(os.Getenv("TALKCODY_TRIAL")), &trial))
	withKey := api.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
		request.Header.Set("X-API-Key", trial.Key)
		return nil
	})
	made, err := api.NewClientWithResponses(trial.URL, withKey)
	check(err)
	client = made

	session := start()
	resolved := follow(session.Id)
	expect(resolved["editFile"].State == api.ActionStateApproved, resolved)
	passed("approve")
	rejected := resolved["writeFile"]
	expect(rejected.State == api.ActionStateRejected && *rejected.Reason == reason, rejected)
	passed("reject")
	expect((*resolved["askUserQuestions"].Result)["colour"] == answer["colour"], resolved)
	passed("answer")
	exchangeBytes()
	diff, err := client.GetWorkspaceDiffWithResponse(ctx, session.WorkspaceId, nil)
	check(err)
	patch := diff.JSON200.Patch
	expect(strings.Contains(patch, "+# Better") && !strings.Contains(patch, "unwanted"), patch)
	passed("diff")
	refuse()
	compilePatterns()
}

func start() *api.Session {
	var content api.MessageContent
	check(content.FromMessageText(trial.Script))
	created, err := client.CreateSessionWithResponse(ctx, nil, api.CreateSession{
		Model:     &trial.Model,
		Workspace: &api.CreateWorkspace{Repository: &trial.Repository, Branch: &trial.Branch},
		Message:   &api.FirstMessage{Content: content},
	})
	check(err)
	expect(created.JSON201 != nil, string(created.Body))
	passed("session")
	return created.JSON201
}

// Decides what is asked for, to the end of the task; gives the decided actions by tool.
func follow(sessionId api.SessionId) map[string]api.Action {
	response, err := client.StreamSessionEvents(ctx, sessionId, nil)
	check(err)
	defer response.Body.Close()
	resolved := map[string]api.Action{}
	for event, err := range sse.Read(response.Body, nil) {
		check(err)
		expect(event.Data != "", "an event without data came")
		var frame api.StreamFrame
		check(json.Unmarshal([]byte(event.Data), &frame))
		value, err := frame.ValueByDiscriminator()
		check(err)
		switch frame := value.(type) {
		case api.ActionRequiredEvent:
			decide(frame.Data.Action)
		case api.ActionResolvedEvent:
			resolved[frame.Data.Action.ToolName] = frame.Data.Action
		case api.TaskUpdatedEvent:
			if frame.Data.Task.EndedAt != nil {
				expect(frame.Data.Task.State == api.TaskStateCompleted, frame)
				passed("stream")
				return resolved
			}
		}
	}
	log.Fatal("the stream ended before the task")
	return nil
}

func decide(action api.Action) {
	var body api.CreateAction
	switch {
	case action.Type == api.Question:
		check(body.FromRespondAction(api.RespondAction{ActionId: action.Id, Result: answer}))
	case action.ToolName == "writeFile":
		said := reason
		check(body.FromRejectAction(api.RejectAction{ActionId: action.Id, Reason: &said}))
	default:
		once := api.ApprovalScopeOnce
		check(body.FromApproveAction(api.ApproveAction{ActionId: action.Id, Scope: &once}))
	}
	outcome, err := client.CreateActionWithResponse(ctx, action.SessionId, nil, body)
	check(err)
	expect(outcome.JSON200 != nil, string(outcome.Body))
}

func exchangeBytes() {
	content := make([]byte, 10240)
	for index := range content {
		content[index] = byte(index)
	}
	name := "bytes.bin"
	params := api.UploadFileParams{Filename: &name}
	file, err := client.UploadFileWithBodyWithResponse(ctx, &params, "application/octet-stream", bytes.NewReader(content))
	check(err)
	expect(file.JSON201 != nil && file.JSON201.SizeBytes == int64(len(content)), string(file.Body))
	passed("upload")
	read, err := client.GetFileContentWithResponse(ctx, file.JSON201.Id, nil)
	check(err)
	expect(bytes.Equal(read.Body, content), "other bytes came back")
	passed("read back")
}

func refuse() {
	missing, err := client.GetSessionWithResponse(ctx, "ses_"+strings.Repeat("7", 26))
	check(err)
	problem := missing.ApplicationproblemJSON404
	expect(problem != nil && problem.Code == api.ProblemCodeNotFound, string(missing.Body))
	passed("not found")
	title := ""
	invalid, err := client.CreateSessionWithResponse(ctx, nil, api.CreateSession{Title: &title})
	check(err)
	problem = invalid.ApplicationproblemJSON400
	expect(problem != nil && problem.Code == api.ProblemCodeInvalidRequest, string(invalid.Body))
	expect((*problem.Errors)[0].Pointer == "/title", problem)
	passed("invalid request")
}

// Generators that check patterns in Go do it with RE2.
func compilePatterns() {
	text, err := os.ReadFile(trial.Contract)
	check(err)
	var document any
	check(json.Unmarshal(text, &document))
	expect(compileBelow(document) > 20, "there are few patterns in the contract")
	passed("patterns")
}

func compileBelow(node any) int {
	count := 0
	switch node := node.(type) {
	case []any:
		for _, value := range node {
			count += compileBelow(value)
		}
	case map[string]any:
		for key, value := range node {
			if pattern, isText := value.(string); isText && key == "pattern" {
				_, err := regexp.Compile(pattern)
				check(err)
				count++
			}
			count += compileBelow(value)
		}
	}
	return count
}

func passed(step string) { fmt.Println("passed: " + step) }

func expect(isSo bool, seen any) {
	if !isSo {
		log.Fatalf("not as expected: %+v", seen)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
