// Generated from openapi.yaml by `npm run generate`; edit that instead.
export interface paths {
  "/v1/sessions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List sessions, newest first */
    get: operations["listSessions"];
    put?: never;
    /**
     * Start a conversation
     * @description With `message`, its first task is queued at once. Without a workspace the session gets a scratch one.
     */
    post: operations["createSession"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sessions/{sessionId}": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        sessionId: components["parameters"]["SessionId"];
      };
      cookie?: never;
    };
    /** Read a session */
    get: operations["getSession"];
    put?: never;
    post?: never;
    /**
     * Delete a session with its messages, tasks and events
     * @description A running session answers 409; cancel its task first. The workspace is kept.
     */
    delete: operations["deleteSession"];
    options?: never;
    head?: never;
    /**
     * Change title, settings, model or archive a session
     * @description Settings are merged; `null` removes a setting, so that the global value applies again.
     */
    patch: operations["updateSession"];
    trace?: never;
  };
  "/v1/sessions/{sessionId}/messages": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        sessionId: components["parameters"]["SessionId"];
      };
      cookie?: never;
    };
    /**
     * List the messages of a session, oldest first
     * @description In the order of the conversation; messages that the agent has not read yet come last.
     */
    get: operations["listMessages"];
    put?: never;
    /**
     * Send a message to the agent
     * @description An idle session starts a task. In a running one, `steer` (the default) hands the message to the running task
     *     after the current tool, and `queue` runs it as a task of its own afterwards. Stream events after `eventsAfter`
     *     to see all that follows.
     */
    post: operations["sendMessage"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sessions/{sessionId}/events": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        sessionId: components["parameters"]["SessionId"];
      };
      cookie?: never;
    };
    /**
     * Follow a session
     * @description A stream without end: a `snapshot` frame, then every event after the cursor, exactly once and in order, then
     *     live ones. `id:` is the resume token, `event:` the type, `data:` one StreamFrame as JSON; a comment line every
     *     15 s keeps the connection open. The cursor is `Last-Event-ID` or `after`; without one the log is replayed from
     *     its start, and `after=latest` streams only what is new. Deltas that a `message.final` or a `tool.result` made
     *     void are left out of a replay. If the log cannot serve a cursor, a `gap` frame comes first. If a reader is so
     *     slow that its next event has left the log, it gets another `snapshot` and a `gap`. When the server stops it says
     *     so in a comment and gives `retry`; connect again with the last id. `listSessionEvents` reads the same log as
     *     pages.
     */
    get: operations["streamSessionEvents"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sessions/{sessionId}/log": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        sessionId: components["parameters"]["SessionId"];
      };
      cookie?: never;
    };
    /**
     * List the events of a session, oldest first
     * @description The log that `streamSessionEvents` streams, as pages; it never waits for new events. `gap` says that events
     *     between the cursor and the first item are not in the log any more.
     */
    get: operations["listSessionEvents"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sessions/{sessionId}/actions": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        sessionId: components["parameters"]["SessionId"];
      };
      cookie?: never;
    };
    /** List the pending decisions of a session */
    get: operations["listSessionActions"];
    put?: never;
    /**
     * Approve, reject, answer or cancel
     * @description An action is decided once: if it was decided, has expired or was cancelled, the answer is 409. An approval covers
     *     exactly what was shown (`digest`). With `scope` "session" the agent does not ask again for the same kind of call
     *     in this session. `respond` answers questions (`{"<questionId>": "label" or ["label", ...]}`) and plans (`{"plan": "edited text"}`).
     */
    post: operations["createAction"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/actions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the pending decisions of all sessions */
    get: operations["listActions"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tasks": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List tasks, newest first */
    get: operations["listTasks"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tasks/{taskId}": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        taskId: components["parameters"]["TaskId"];
      };
      cookie?: never;
    };
    /** Read a task */
    get: operations["getTask"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Change the settings of a task, or cancel it
     * @description Settings are merged and take effect at the next step. A task that has ended answers 409.
     */
    patch: operations["updateTask"];
    trace?: never;
  };
  "/v1/files": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Store an attachment
     * @description Send raw bytes with `filename`, or one multipart part named `file`. The bytes are streamed to disk and hashed; a
     *     size limit applies. The name is only a label. The media type is detected from the bytes; the one that the caller
     *     gives is ignored.
     */
    post: operations["uploadFile"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/files/{fileId}": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        fileId: components["parameters"]["FileId"];
      };
      cookie?: never;
    };
    /** Read the metadata of a file */
    get: operations["getFile"];
    put?: never;
    post?: never;
    /**
     * Delete a file
     * @description A file that a message refers to answers 409.
     */
    delete: operations["deleteFile"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/files/{fileId}/content": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        fileId: components["parameters"]["FileId"];
      };
      cookie?: never;
    };
    /**
     * Download the bytes
     * @description As an attachment of type `application/octet-stream`; `getFile` tells the media type. Images of type png, jpeg, gif
     *     and webp come inline, under their own type. ETag is the SHA-256; a single byte range is served.
     */
    get: operations["getFileContent"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/workspaces": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List workspaces, newest first */
    get: operations["listWorkspaces"];
    put?: never;
    /**
     * Clone a repository, or make a scratch folder
     * @description The clone continues after the answer; `state`, `progress` and `workspace.updated` events report it.
     */
    post: operations["createWorkspace"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/workspaces/{workspaceId}": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        workspaceId: components["parameters"]["WorkspaceId"];
      };
      cookie?: never;
    };
    /** Read a workspace */
    get: operations["getWorkspace"];
    put?: never;
    post?: never;
    /**
     * Delete a workspace from the disk
     * @description Answers 409 while a session uses it, and while it holds work that no remote has, unless `force` is true.
     */
    delete: operations["deleteWorkspace"];
    options?: never;
    head?: never;
    /**
     * Grant what commands in a workspace may do
     * @description Members that are not given stay as they are. A list that is given replaces the stored one. The network grants hold
     *     for the next connection of a command, also of one that is running; the others hold for the next command. Each
     *     session of the workspace gets a `workspace.updated`.
     */
    patch: operations["updateWorkspace"];
    trace?: never;
  };
  "/v1/workspaces/{workspaceId}/sync": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        workspaceId: components["parameters"]["WorkspaceId"];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Fetch from the remote and fast-forward
     * @description Local work is never overwritten; a branch that cannot be fast-forwarded answers 409.
     */
    post: operations["syncWorkspace"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/workspaces/{workspaceId}/variables": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        workspaceId: components["parameters"]["WorkspaceId"];
      };
      cookie?: never;
    };
    /**
     * Read the variables of commands in a workspace
     * @description They count before those of all workspaces. `updateWorkspace` changes them. A secret has no value.
     */
    get: operations["getWorkspaceVariables"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/workspaces/{workspaceId}/status": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        workspaceId: components["parameters"]["WorkspaceId"];
      };
      cookie?: never;
    };
    /** Read branch and changed files */
    get: operations["getWorkspaceStatus"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/workspaces/{workspaceId}/diff": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        workspaceId: components["parameters"]["WorkspaceId"];
      };
      cookie?: never;
    };
    /** Read what changed since the last commit, new files included */
    get: operations["getWorkspaceDiff"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/workspaces/{workspaceId}/tree": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        workspaceId: components["parameters"]["WorkspaceId"];
      };
      cookie?: never;
    };
    /** List files and folders */
    get: operations["getWorkspaceTree"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/workspaces/{workspaceId}/content": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        workspaceId: components["parameters"]["WorkspaceId"];
      };
      cookie?: never;
    };
    /** Read a file of the workspace */
    get: operations["getWorkspaceContent"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tools": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the tools of this host */
    get: operations["listTools"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sessions/{sessionId}/tools/{toolName}": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        sessionId: components["parameters"]["SessionId"];
        toolName: components["schemas"]["ToolName"];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Run a tool on the host
     * @description The same rules of approval apply as when the agent runs the tool. 200 carries the result. 202 says that a decision
     *     is needed first; the result then comes as a `tool.result` event. The session must be idle.
     */
    post: operations["runTool"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/agents": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List agent profiles */
    get: operations["listAgents"];
    put?: never;
    /** Add an agent profile */
    post: operations["createAgent"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/agents/{agentId}": {
    parameters: {
      query?: never;
      header?: never;
      path: {
        agentId: components["parameters"]["AgentId"];
      };
      cookie?: never;
    };
    /** Read an agent profile */
    get: operations["getAgent"];
    put?: never;
    post?: never;
    /**
     * Delete an agent profile
     * @description Sessions that used it go on with the built-in agent. The built-in agent answers 409.
     */
    delete: operations["deleteAgent"];
    options?: never;
    head?: never;
    /**
     * Change an agent profile
     * @description The built-in agent answers 409; create one of your own instead.
     */
    patch: operations["updateAgent"];
    trace?: never;
  };
  "/v1/settings": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Read the global settings
     * @description Secrets are never returned; `{set, last4}` tells whether one is stored, and its last characters.
     */
    get: operations["getSettings"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Change global settings
     * @description Merged into what is stored; `null` removes a value. A new `baseUrl` clears the stored key of its provider.
     */
    patch: operations["updateSettings"];
    trace?: never;
  };
  "/v1/models": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List configured providers and their models */
    get: operations["listModels"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/server": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read version, capabilities and limits */
    get: operations["getServer"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/openapi.json": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read this contract */
    get: operations["getContract"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/ws": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Open the multiplexed socket
     * @description Frames are JSON: the client sends WebSocketRequest, the server answers with WebSocketFrame, one `ack` or
     *     `error` for each request and then events of the subscribed sessions, the same as over SSE. Browsers, which
     *     cannot set headers here, offer the subprotocols `talkcody.v1` and `talkcody.key.<base64url of the key>`.
     *     The server pings every 30 s and closes the connection after 90 s of silence. When it stops it closes the socket with 1012;
     *     connect again, and subscribe after the last id seen.
     */
    get: operations["openWebSocket"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /** @example ses_01k9x2m4c8d3e5f6g7h8j9k0mn */
    SessionId: string;
    TaskId: string;
    MessageId: string;
    ActionId: string;
    FileId: string;
    WorkspaceId: string;
    AgentId: string;
    /**
     * @description Resume token: the generation of the log and the place in it. Ids rise within a session. Numbers are missing where a later event replaced earlier ones.
     * @example evt_0001_0000000042
     */
    EventId: string;
    EventCursor: string;
    ToolCallId: string;
    ToolName: string;
    /**
     * @description `modelKey@providerId`.
     * @example gpt-5-mini@openai
     */
    ModelId: string;
    /**
     * Format: date-time
     * @example 2026-11-22T12:00:00.000Z
     */
    Timestamp: string;
    /** @description Relative to the root of the workspace, with `/`; it never leads outside. */
    WorkspacePath: string;
    /** @enum {string} */
    ProblemCode:
      | "invalid-request"
      | "unauthorized"
      | "forbidden-origin"
      | "local-repository"
      | "not-found"
      | "method-not-allowed"
      | "action-decided"
      | "action-mismatch"
      | "task-ended"
      | "session-busy"
      | "model-not-configured"
      | "workspace-not-ready"
      | "workspace-in-use"
      | "unpushed-work"
      | "sync-refused"
      | "file-in-use"
      | "agent-built-in"
      | "too-large"
      | "unsupported-media-type"
      | "range-not-satisfiable"
      | "misdirected-request"
      | "idempotency-key-reused"
      | "upgrade-required"
      | "too-many-failed-keys"
      | "queue-full"
      | "busy"
      | "storage-full"
      | "internal"
      | "always-on-only"
      | "model-failed"
      | "model-refused"
      | "context-overflow"
      | "steps-exceeded"
      | "budget-exceeded"
      | "clone-failed"
      | "interrupted"
      | "session-damaged";
    /** @description RFC 9457. Codes are explained in docs/problems.md. */
    Problem: {
      /**
       * Format: uri-reference
       * @description A name for the kind of problem.
       */
      type: string;
      title: string;
      /** Format: int32 */
      status: number;
      /** @description What was expected, what came, what to do. */
      detail: string;
      /**
       * Format: uri-reference
       * @description The request it happened in.
       */
      instance: string;
      code: components["schemas"]["ProblemCode"];
      errors?: {
        /** @description JSON pointer into the body, or `query/name`, `header/name`, `path/name`. */
        pointer: string;
        detail: string;
      }[];
    };
    /** @enum {string} */
    ReasoningEffort: "none" | "low" | "medium" | "high";
    /**
     * @description The first rule that matches decides, the rules of the task before those of the session and the global ones; a
     *     matching `deny` anywhere wins. `pattern` has `*` and `?`; it is compared with the command (`bash`), the path
     *     (file tools) or the URL (`webFetch`). A compound command is allowed only if each of its parts is, as it is written;
     *     `deny` and `ask` also find a command inside of wrappers such as `env`, `sudo` or `sh -c`, and without the options
     *     that stand before its subcommand (`git -C . push`). A rule decides about asking and not about what a command can do.
     */
    PermissionRule: {
      /** @description A tool name, or `*`. */
      tool: string;
      pattern: string;
      /** @enum {string} */
      decision: "allow" | "ask" | "deny";
    };
    /**
     * @description When a person is asked. `deny` rules hold in every mode, and a plan or a question is always for a person.
     *     `read-only`: what changes something is refused, and reading runs. `ask`: every edit, command and web request asks,
     *     unless a rule or one of the `autoApprove` settings allows it. `sandboxed`: edits and commands run inside the sandbox
     *     without asking; a command that reaches others, such as `git push`, asks, and so does a web request to a host that
     *     the workspace was not granted. `full`: nothing asks. Without a sandbox `sandboxed` means `ask`. While the sandbox is
     *     switched off, every command asks in every mode, whatever rules and settings say.
     * @enum {string}
     */
    PermissionMode: "read-only" | "ask" | "sandboxed" | "full";
    PermissionRules: components["schemas"]["PermissionRule"][];
    /** @description The nearest explicit value wins; task, then session, then global. */
    Settings: {
      permissionMode?: components["schemas"]["PermissionMode"];
      /** @description In the mode `ask` files are written without asking. Default false. */
      autoApproveEdits?: boolean;
      /** @description A plan is approved by the server at once. Default false. */
      autoApprovePlan?: boolean;
      /** @description In the modes `ask` and `sandboxed` commands run without asking. Default false. */
      autoApproveCommands?: boolean;
      /** @description Nothing is changed before a plan is approved. Default false. */
      planMode?: boolean;
      model?: components["schemas"]["ModelId"];
      reasoningEffort?: components["schemas"]["ReasoningEffort"];
      /**
       * Format: int32
       * @description Model requests in a task. Default 100.
       */
      stepsMax?: number;
      /**
       * Format: double
       * @description A task ends when its known cost reaches this.
       */
      budgetUsd?: number;
      /**
       * Format: int32
       * @description Time a command may take. Default 300000.
       */
      commandTimeoutMs?: number;
      permissions?: components["schemas"]["PermissionRules"];
      /** @description Replaces what has the format of a well-known key by a marker such as `[masked: github token]`, in what tools give out and in what is sent to models. Default true. Secrets that the server knows are always masked. */
      maskSecrets?: boolean;
    };
    /** @description Merged into the stored settings; `null` removes the explicit value. */
    SettingsPatch: {
      permissionMode?: components["schemas"]["PermissionMode"] | null;
      autoApproveEdits?: boolean | null;
      autoApprovePlan?: boolean | null;
      autoApproveCommands?: boolean | null;
      planMode?: boolean | null;
      model?: components["schemas"]["ModelId"] | null;
      reasoningEffort?: components["schemas"]["ReasoningEffort"] | null;
      /** Format: int32 */
      stepsMax?: number | null;
      /** Format: double */
      budgetUsd?: number | null;
      /** Format: int32 */
      commandTimeoutMs?: number | null;
      permissions?: components["schemas"]["PermissionRules"] | null;
      maskSecrets?: boolean | null;
    };
    ProviderId: string;
    /** @enum {string} */
    ProviderType: "openai-compatible" | "openai" | "anthropic" | "google" | "scripted";
    /** @description USD for a million tokens. */
    ModelPricing: {
      /** Format: double */
      input: number;
      /** Format: double */
      output: number;
      /**
       * Format: double
       * @description Default is `input`.
       */
      cachedInput?: number;
    };
    ModelSettings: {
      name?: string;
      /** Format: int64 */
      contextTokens?: number;
      pricing?: components["schemas"]["ModelPricing"];
    };
    /** @description Models by key; fills in what the provider does not report. */
    ProviderModels: {
      [key: string]: components["schemas"]["ModelSettings"];
    };
    /** Format: uri */
    BaseUrl: string;
    /** @description Merged into the stored provider. `apiKey` is write-only; `null` removes it. */
    ProviderPatch: {
      type: components["schemas"]["ProviderType"];
      baseUrl?: components["schemas"]["BaseUrl"] | null;
      apiKey?: string | null;
      models?: components["schemas"]["ProviderModels"] | null;
    };
    Secret: {
      set: boolean;
      last4: string | null;
    };
    Provider: {
      type: components["schemas"]["ProviderType"];
      baseUrl: string | null;
      apiKey: components["schemas"]["Secret"];
      models: components["schemas"]["ProviderModels"];
      /**
       * @description Where it was configured.
       * @enum {string}
       */
      source: "settings" | "environment" | "built-in";
    };
    /** @description Names that change how programs are started or looked up, such as PATH or LD_PRELOAD, are refused. */
    VariableName: string;
    VariablePatch: {
      value: string;
      /** @description A secret is never shown again and masked wherever it occurs. It has at least 8 characters. Default true. */
      secret?: boolean;
    };
    /**
     * @description By name. `null` removes a variable; those that are not named stay.
     * @example {
     *       "NPM_TOKEN": {
     *         "value": "npm-token-of-the-team"
     *       },
     *       "CI": {
     *         "value": "true",
     *         "secret": false
     *       }
     *     }
     */
    VariablesPatch: {
      [key: string]: components["schemas"]["VariablePatch"] | null;
    };
    Variable: {
      set: boolean;
      secret: boolean;
      /** @description Null for a secret. */
      value: string | null;
      /** @description Of a secret of at least 12 characters. */
      last4: string | null;
    };
    /** @description Variables that commands get, by name. */
    Variables: {
      [key: string]: components["schemas"]["Variable"];
    };
    /** @description Names of variables of the server's own environment that commands get as well. Variables in which the server reads its own secrets are refused. A value is masked when its name looks like that of a secret. */
    PassedVariables: components["schemas"]["VariableName"][];
    GlobalSettings: {
      /**
       * Format: int32
       * @description Version of the stored form.
       * @constant
       */
      version: 1;
      defaults: components["schemas"]["Settings"];
      settings: components["schemas"]["Settings"];
      providers: {
        [key: string]: components["schemas"]["Provider"];
      };
      variables: components["schemas"]["Variables"];
      passedVariables: components["schemas"]["PassedVariables"];
      updatedAt: components["schemas"]["Timestamp"] | null;
    };
    GlobalSettingsPatch: {
      settings?: components["schemas"]["SettingsPatch"];
      providers?: {
        [key: string]: components["schemas"]["ProviderPatch"] | null;
      };
      variables?: components["schemas"]["VariablesPatch"];
      passedVariables?: components["schemas"]["PassedVariables"];
    };
    /** @description Not blank, and without control characters, which would reach terminals. */
    Title: string;
    InputTextPart: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "text";
      text: string;
    };
    InputPart: components["schemas"]["InputTextPart"] | components["schemas"]["FilePart"];
    MessageText: string;
    InputParts: components["schemas"]["InputPart"][];
    /** @description Plain text, or parts. */
    MessageContent: components["schemas"]["MessageText"] | components["schemas"]["InputParts"];
    FileIds: components["schemas"]["FileId"][];
    /** @description `settings` hold for the task of the message only; those of the session are beside the message. */
    FirstMessage: {
      content: components["schemas"]["MessageContent"];
      fileIds?: components["schemas"]["FileIds"];
      settings?: components["schemas"]["Settings"];
    };
    SendMessage: {
      content: components["schemas"]["MessageContent"];
      fileIds?: components["schemas"]["FileIds"];
      /**
       * @default steer
       * @enum {string}
       */
      delivery?: "steer" | "queue";
      settings?: components["schemas"]["Settings"];
    };
    SentMessage: {
      message: components["schemas"]["Message"];
      task: components["schemas"]["Task"];
      eventsAfter: components["schemas"]["EventId"];
    };
    CreateSession: {
      title?: components["schemas"]["Title"];
      workspaceId?: components["schemas"]["WorkspaceId"];
      workspace?: components["schemas"]["CreateWorkspace"];
      agentId?: components["schemas"]["AgentId"];
      model?: components["schemas"]["ModelId"];
      settings?: components["schemas"]["Settings"];
      message?: components["schemas"]["FirstMessage"];
    };
    UpdateSession: {
      title?: components["schemas"]["Title"];
      model?: components["schemas"]["ModelId"] | null;
      settings?: components["schemas"]["SettingsPatch"];
      archived?: boolean;
    };
    /** @enum {string} */
    SessionStatus: "idle" | "running" | "waiting";
    Usage: {
      /**
       * Format: int64
       * @description Includes cached tokens.
       */
      inputTokens: number;
      /**
       * Format: int64
       * @description Includes reasoning tokens.
       */
      outputTokens: number;
      /** Format: int64 */
      cachedInputTokens: number;
      /**
       * Format: double
       * @description Sum over the requests with a known price.
       */
      costUsd: number;
    };
    Session: {
      id: components["schemas"]["SessionId"];
      title: string;
      status: components["schemas"]["SessionStatus"];
      workspaceId: components["schemas"]["WorkspaceId"];
      agentId: components["schemas"]["AgentId"];
      /** @description The session's own choice; null follows agent and global settings. */
      model: components["schemas"]["ModelId"] | null;
      settings: components["schemas"]["Settings"];
      activeTask: components["schemas"]["Task"] | null;
      usage: components["schemas"]["Usage"];
      lastEventId: components["schemas"]["EventId"];
      createdAt: components["schemas"]["Timestamp"];
      updatedAt: components["schemas"]["Timestamp"];
      archivedAt: components["schemas"]["Timestamp"] | null;
    };
    SessionPage: {
      items: components["schemas"]["Session"][];
      nextCursor: components["schemas"]["SessionId"] | null;
    };
    /** @enum {string} */
    TaskState: "queued" | "running" | "waiting" | "completed" | "failed" | "cancelled";
    Task: {
      id: components["schemas"]["TaskId"];
      sessionId: components["schemas"]["SessionId"];
      state: components["schemas"]["TaskState"];
      settings: components["schemas"]["Settings"];
      error: components["schemas"]["Problem"] | null;
      /**
       * Format: int32
       * @description Model requests answered.
       */
      steps: number;
      usage: components["schemas"]["Usage"];
      createdAt: components["schemas"]["Timestamp"];
      startedAt: components["schemas"]["Timestamp"] | null;
      endedAt: components["schemas"]["Timestamp"] | null;
    };
    TaskPage: {
      items: components["schemas"]["Task"][];
      nextCursor: components["schemas"]["TaskId"] | null;
    };
    UpdateTask: {
      settings?: components["schemas"]["SettingsPatch"];
      /** @constant */
      state?: "cancelled";
    };
    TextPart: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "text";
      text: string;
    };
    ReasoningPart: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "reasoning";
      text: string;
    };
    ToolCallPart: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "tool-call";
      toolCallId: components["schemas"]["ToolCallId"];
      /** @description As the model spelled it. */
      toolName: string;
      /** @description What the model sent; text when it was not JSON. */
      input: unknown;
    };
    ToolResultPart: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "tool-result";
      toolCallId: components["schemas"]["ToolCallId"];
      toolName: string;
      output: components["schemas"]["ToolOutput"];
      isError: boolean;
    };
    FilePart: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "file";
      fileId: components["schemas"]["FileId"];
    };
    MessagePart:
      | components["schemas"]["TextPart"]
      | components["schemas"]["ReasoningPart"]
      | components["schemas"]["ToolCallPart"]
      | components["schemas"]["ToolResultPart"]
      | components["schemas"]["FilePart"];
    /** @description What a tool gives back; `success` and `message` always, the rest as the tool documents. */
    ToolOutput: {
      success: boolean;
      message: string;
    };
    /** @enum {string} */
    MessageRole: "user" | "assistant" | "tool";
    Message: {
      id: components["schemas"]["MessageId"];
      sessionId: components["schemas"]["SessionId"];
      taskId: components["schemas"]["TaskId"];
      role: components["schemas"]["MessageRole"];
      content: components["schemas"]["MessagePart"][];
      files: components["schemas"]["StoredFile"][];
      /**
       * Format: int32
       * @description Place in the conversation; null until the agent has read it.
       */
      position: number | null;
      createdAt: components["schemas"]["Timestamp"];
    };
    MessagePage: {
      items: components["schemas"]["Message"][];
      nextCursor: components["schemas"]["MessageId"] | null;
    };
    /**
     * @description `approval`: a tool call. `plan`: the plan of the agent. `question`: questions of the agent. `host`: a running
     *     command wants to reach a host that is not granted; `approve` grants `input.host` to the workspace, and its
     *     `network.mode` becomes `hosts`. The task does not wait for a `host`, so the command may have ended meanwhile.
     * @enum {string}
     */
    ActionType: "approval" | "plan" | "question" | "host";
    /** @enum {string} */
    ActionState: "pending" | "approved" | "rejected" | "answered" | "expired" | "cancelled";
    /** @enum {string} */
    ApprovalScope: "once" | "session";
    /** @enum {string} */
    ActionResolver: "person" | "policy" | "cancel" | "expiry";
    Action: {
      id: components["schemas"]["ActionId"];
      sessionId: components["schemas"]["SessionId"];
      taskId: components["schemas"]["TaskId"];
      type: components["schemas"]["ActionType"];
      state: components["schemas"]["ActionState"];
      toolCallId: components["schemas"]["ToolCallId"];
      toolName: components["schemas"]["ToolName"];
      /** @description The input that the tool would run with; of a `host`, `host` and `port`. */
      input: Record<string, unknown>;
      /** @description For edits a unified diff, for plans the plan. */
      preview: string | null;
      /** @description SHA-256 of tool, input and the revision of what it touches: of the file for edits, of the workspace for commands. */
      digest: string;
      /** @description Why it was asked or rejected. */
      reason: string | null;
      /** @description What a person answered. */
      result: Record<string, unknown> | null;
      /** @description What an approval holds for; null unless it is approved, and of a `host`, which is granted to the workspace. */
      scope: components["schemas"]["ApprovalScope"] | null;
      expiresAt: components["schemas"]["Timestamp"];
      createdAt: components["schemas"]["Timestamp"];
      resolvedAt: components["schemas"]["Timestamp"] | null;
      resolvedBy: components["schemas"]["ActionResolver"] | null;
    };
    ActionPage: {
      items: components["schemas"]["Action"][];
      nextCursor: components["schemas"]["ActionId"] | null;
    };
    CreateAction:
      | components["schemas"]["ApproveAction"]
      | components["schemas"]["RejectAction"]
      | components["schemas"]["RespondAction"]
      | components["schemas"]["CancelAction"];
    /** @description Allows what the action asks for. */
    ApproveAction: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "approve";
      actionId: components["schemas"]["ActionId"];
      /** @default once */
      scope?: components["schemas"]["ApprovalScope"];
      /** @description Run with this input instead; it is validated like the model's. */
      input?: Record<string, unknown>;
    };
    /** @description The tool does not run, and the agent is told why. */
    RejectAction: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "reject";
      actionId: components["schemas"]["ActionId"];
      reason?: string;
    };
    /** @description Answers to questions, or an edited plan. */
    RespondAction: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "respond";
      actionId: components["schemas"]["ActionId"];
      result: Record<string, unknown>;
    };
    /** @description Ends a task; without `taskId` the active one of the session. */
    CancelAction: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "cancel";
      taskId?: components["schemas"]["TaskId"];
    };
    ActionOutcome: {
      action: components["schemas"]["Action"] | null;
      task: components["schemas"]["Task"];
    };
    StoredFile: {
      id: components["schemas"]["FileId"];
      /** @description A label without folders; never used as a path. */
      name: string;
      /** @description Detected from the bytes. */
      mediaType: string;
      /** Format: int64 */
      sizeBytes: number;
      sha256: string;
      createdAt: components["schemas"]["Timestamp"];
    };
    /**
     * @description `https://host/path`, `ssh://user@host/path` or `user@host:path`. `http://` on loopback, `file://` and plain
     *     paths only where the host allows local repositories. Credentials never stand in the URL.
     */
    Repository: string;
    Branch: string;
    CreateWorkspace: {
      repository?: components["schemas"]["Repository"];
      branch?: components["schemas"]["Branch"];
    };
    /** @enum {string} */
    WorkspaceState: "cloning" | "ready" | "failed";
    WorkspaceProgress: {
      /** @description What git is doing, in its words. */
      phase: string;
      /** Format: int32 */
      percent: number | null;
    };
    /**
     * @description `none`: no host, until a person allows one. `hosts`: those of `hosts` and `presets`. `open`: every public address.
     *     Loopback, private and link-local addresses, and those of the server's own host, are never reached.
     * @enum {string}
     */
    NetworkMode: "none" | "hosts" | "open";
    /**
     * @description `registries`: common package registries. `repository`: the host that the workspace was cloned from.
     * @enum {string}
     */
    NetworkPreset: "registries" | "repository";
    /**
     * @description A host name, in lower case and punycode, or `*.` and a domain for all names below it, or one IP address (IPv6 in
     *     brackets), written as URLs write it. With `:port` it holds for that port only, else for 80 and 443.
     * @example registry.example
     * @example *.example.com
     * @example registry.example:8443
     */
    HostPattern: string;
    HostPatterns: components["schemas"]["HostPattern"][];
    NetworkPresets: components["schemas"]["NetworkPreset"][];
    /** @description What the commands of a workspace reach. */
    WorkspaceNetwork: {
      mode: components["schemas"]["NetworkMode"];
      hosts: components["schemas"]["HostPatterns"];
      presets: components["schemas"]["NetworkPresets"];
    };
    WorkspaceNetworkPatch: {
      mode?: components["schemas"]["NetworkMode"];
      hosts?: components["schemas"]["HostPatterns"];
      presets?: components["schemas"]["NetworkPresets"];
    };
    /**
     * @example {
     *       "network": {
     *         "mode": "hosts",
     *         "hosts": [
     *           "registry.example"
     *         ],
     *         "presets": [
     *           "registries"
     *         ]
     *       }
     *     }
     */
    UpdateWorkspace: {
      network?: components["schemas"]["WorkspaceNetworkPatch"];
      /** @description Commands may write `.git/config`, `.git/hooks` and what else makes git run a program. */
      gitConfigWritable?: boolean;
      variables?: components["schemas"]["VariablesPatch"];
    };
    Workspace: {
      id: components["schemas"]["WorkspaceId"];
      /** @enum {string} */
      kind: "clone" | "scratch";
      repository: string | null;
      /** @description The branch that was asked for; the current one once the workspace is ready. */
      branch: string | null;
      /** @description Commit at the last clone or sync. */
      head: string | null;
      state: components["schemas"]["WorkspaceState"];
      progress: components["schemas"]["WorkspaceProgress"] | null;
      error: components["schemas"]["Problem"] | null;
      network: components["schemas"]["WorkspaceNetwork"];
      /** @description Whether commands may write `.git/config`, `.git/hooks` and what else makes git run a program. */
      gitConfigWritable: boolean;
      createdAt: components["schemas"]["Timestamp"];
      updatedAt: components["schemas"]["Timestamp"];
    };
    WorkspacePage: {
      items: components["schemas"]["Workspace"][];
      nextCursor: components["schemas"]["WorkspaceId"] | null;
    };
    WorkspaceChange: {
      path: string;
      /** @enum {string} */
      status: "added" | "modified" | "deleted" | "renamed" | "untracked" | "conflicted";
      staged: boolean;
      /** @description Before a rename. */
      originalPath?: string;
    };
    WorkspaceStatus: {
      branch: string | null;
      head: string | null;
      upstream: string | null;
      /** Format: int32 */
      ahead: number;
      /** Format: int32 */
      behind: number;
      /** @description At most 1000. */
      changes: components["schemas"]["WorkspaceChange"][];
      truncated: boolean;
    };
    WorkspaceDiff: {
      patch: string;
      truncated: boolean;
    };
    WorkspaceTree: {
      items: {
        path: string;
        /** @enum {string} */
        type: "file" | "folder" | "link";
        /** Format: int64 */
        sizeBytes: number | null;
      }[];
      truncated: boolean;
    };
    /**
     * @description `pure` changes nothing, `checkable` can be verified after a crash, `unsafe` is never repeated by itself.
     * @enum {string}
     */
    ToolEffect: "pure" | "checkable" | "unsafe";
    ToolSpec: {
      name: components["schemas"]["ToolName"];
      description: string;
      inputSchema: Record<string, unknown>;
      effect: components["schemas"]["ToolEffect"];
    };
    ToolPage: {
      items: components["schemas"]["ToolSpec"][];
      /** @description Always null; there is one page. */
      nextCursor: string | null;
    };
    RunTool: {
      input: Record<string, unknown>;
    };
    ToolRun: {
      task: components["schemas"]["Task"];
      toolCallId: components["schemas"]["ToolCallId"];
      toolName: components["schemas"]["ToolName"];
      output: components["schemas"]["ToolOutput"] | null;
      isError: boolean;
      /** Format: int64 */
      durationMs: number | null;
      action: components["schemas"]["Action"] | null;
    };
    AgentName: string;
    AgentTools: components["schemas"]["ToolName"][];
    Agent: {
      id: components["schemas"]["AgentId"];
      name: string;
      description: string;
      systemPrompt: string;
      model: components["schemas"]["ModelId"] | null;
      /** @description null gives all tools. */
      tools: components["schemas"]["AgentTools"] | null;
      builtIn: boolean;
      createdAt: components["schemas"]["Timestamp"];
      updatedAt: components["schemas"]["Timestamp"];
    };
    AgentPage: {
      items: components["schemas"]["Agent"][];
      nextCursor: components["schemas"]["AgentId"] | null;
    };
    CreateAgent: {
      name: components["schemas"]["AgentName"];
      description?: string;
      systemPrompt: string;
      model?: components["schemas"]["ModelId"];
      tools?: components["schemas"]["AgentTools"];
    };
    UpdateAgent: {
      name?: components["schemas"]["AgentName"];
      description?: string;
      systemPrompt?: string;
      model?: components["schemas"]["ModelId"] | null;
      tools?: components["schemas"]["AgentTools"] | null;
    };
    Model: {
      id: components["schemas"]["ModelId"];
      name: string;
      providerId: components["schemas"]["ProviderId"];
      /** Format: int64 */
      contextTokens: number | null;
      pricing: components["schemas"]["ModelPricing"] | null;
    };
    ModelProvider: {
      id: components["schemas"]["ProviderId"];
      type: components["schemas"]["ProviderType"];
      /** @description It has all that its requests need, such as a key. */
      configured: boolean;
      /** @description Why its models could not be listed. */
      error: string | null;
    };
    ModelPage: {
      items: components["schemas"]["Model"][];
      /** @description Always null; there is one page. */
      nextCursor: string | null;
      providers: components["schemas"]["ModelProvider"][];
      defaultModel: components["schemas"]["ModelId"] | null;
    };
    Server: {
      /** @constant */
      name: "talkcody";
      version: string;
      contractVersion: string;
      startedAt: components["schemas"]["Timestamp"];
      capabilities: {
        /** @description Repositories on this host may be cloned. */
        localRepositories: boolean;
        /** @description Commands run in the sandbox: the state of `sandbox` is `on`. */
        processIsolation: boolean;
        transports: ("sse" | "websocket")[];
      };
      sandbox: components["schemas"]["Sandbox"];
      limits: {
        /** Format: int64 */
        bodyBytesMax: number;
        /** Format: int64 */
        fileBytesMax: number;
        /**
         * Format: int32
         * @description Messages that may wait in a session.
         */
        queuedMessagesMax: number;
        /** Format: int32 */
        runningTasksMax: number;
      };
      /** @description Problems that a person should look at now; empty when all is well. */
      alarms: components["schemas"]["Alarm"][];
    };
    /** @description What keeps commands away from the host, and what its self-test found. */
    Sandbox: {
      /**
       * @description `testing`: the self-test is running, and commands wait for it. `on`: it passed. `refused`: it did not pass, so
       *     commands are refused. `off`: the owner chose TALKCODY_SANDBOX=off, and each command is asked about.
       * @enum {string}
       */
      state: "testing" | "on" | "refused" | "off";
      /** @description `bubblewrap`, `util-linux` or `seatbelt`; null where none of them is there. */
      mechanism: string | null;
      /**
       * Format: int64
       * @description The user of the host under which commands run; never 0.
       */
      uid: number | null;
      /** @description What the self-test tried. */
      probes: components["schemas"]["SandboxProbe"][];
      /** @description Why commands are refused or not protected. */
      reason: string | null;
      /** @description What a person can do about it. */
      fix: string | null;
    };
    SandboxProbe: {
      /** @example home */
      name: string;
      passed: boolean;
      /** @description What was expected, and what was found. */
      detail: string;
    };
    Alarm: {
      /**
       * @description `replication`: writes do not reach the replica. `copies`: no hourly copy for two hours. `attachments`: files are
       *     on this disk alone. `drill`: no restore drill passed for a day. `disk`: the disk is nearly full. `wal`: the
       *     write-ahead log of a database does not shrink. `sandbox`: commands are refused, or run without protection.
       * @enum {string}
       */
      code: "replication" | "copies" | "attachments" | "drill" | "disk" | "wal" | "sandbox";
      since: components["schemas"]["Timestamp"];
      /** @description What was found, and what to do. */
      detail: string;
    };
    EventPage: {
      items: components["schemas"]["Event"][];
      /** @description null at the end of the log. */
      nextCursor: components["schemas"]["EventId"] | null;
      gap: components["schemas"]["GapData"] | null;
    };
    Event:
      | components["schemas"]["TokenEvent"]
      | components["schemas"]["ReasoningEvent"]
      | components["schemas"]["MessageCreatedEvent"]
      | components["schemas"]["MessageFinalEvent"]
      | components["schemas"]["ToolCallEvent"]
      | components["schemas"]["ToolOutputEvent"]
      | components["schemas"]["ToolResultEvent"]
      | components["schemas"]["StatusEvent"]
      | components["schemas"]["ErrorEvent"]
      | components["schemas"]["ActionRequiredEvent"]
      | components["schemas"]["ActionResolvedEvent"]
      | components["schemas"]["TaskUpdatedEvent"]
      | components["schemas"]["SessionUpdatedEvent"]
      | components["schemas"]["WorkspaceUpdatedEvent"]
      | components["schemas"]["NetworkDeniedEvent"]
      | components["schemas"]["UsageEvent"];
    /** @description A piece of the answer; at most one for a message in 16 ms. */
    TokenEvent: {
      id: components["schemas"]["EventId"];
      sessionId: components["schemas"]["SessionId"];
      taskId?: components["schemas"]["TaskId"];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "token";
      createdAt: components["schemas"]["Timestamp"];
      data: {
        messageId: components["schemas"]["MessageId"];
        text: string;
      };
    };
    /** @description A piece of the reasoning. */
    ReasoningEvent: {
      id: components["schemas"]["EventId"];
      sessionId: components["schemas"]["SessionId"];
      taskId?: components["schemas"]["TaskId"];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "reasoning";
      createdAt: components["schemas"]["Timestamp"];
      data: {
        messageId: components["schemas"]["MessageId"];
        text: string;
      };
    };
    /** @description A new message. A message of the agent follows as deltas; a message of a person waits until a task reads it. */
    MessageCreatedEvent: {
      id: components["schemas"]["EventId"];
      sessionId: components["schemas"]["SessionId"];
      taskId?: components["schemas"]["TaskId"];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "message.created";
      createdAt: components["schemas"]["Timestamp"];
      data: {
        message: components["schemas"]["Message"];
      };
    };
    /** @description The whole message, at its place in the conversation. It replaces its deltas, which then leave the log. */
    MessageFinalEvent: {
      id: components["schemas"]["EventId"];
      sessionId: components["schemas"]["SessionId"];
      taskId?: components["schemas"]["TaskId"];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "message.final";
      createdAt: components["schemas"]["Timestamp"];
      data: {
        message: components["schemas"]["Message"];
      };
    };
    /** @description The agent wants to use a tool. */
    ToolCallEvent: {
      id: components["schemas"]["EventId"];
      sessionId: components["schemas"]["SessionId"];
      taskId?: components["schemas"]["TaskId"];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "tool.call";
      createdAt: components["schemas"]["Timestamp"];
      data: {
        messageId: components["schemas"]["MessageId"];
        toolCallId: components["schemas"]["ToolCallId"];
        toolName: string;
        input: unknown;
      };
    };
    /** @description Live output of a running command. */
    ToolOutputEvent: {
      id: components["schemas"]["EventId"];
      sessionId: components["schemas"]["SessionId"];
      taskId?: components["schemas"]["TaskId"];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "tool.output";
      createdAt: components["schemas"]["Timestamp"];
      data: {
        toolCallId: components["schemas"]["ToolCallId"];
        /** @enum {string} */
        stream: "stdout" | "stderr";
        text: string;
      };
    };
    /** @description The result of a tool call. */
    ToolResultEvent: {
      id: components["schemas"]["EventId"];
      sessionId: components["schemas"]["SessionId"];
      taskId?: components["schemas"]["TaskId"];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "tool.result";
      createdAt: components["schemas"]["Timestamp"];
      data: {
        toolCallId: components["schemas"]["ToolCallId"];
        toolName: string;
        output: components["schemas"]["ToolOutput"];
        isError: boolean;
        /** Format: int64 */
        durationMs: number;
      };
    };
    /** @description The state of the session, for people. */
    StatusEvent: {
      id: components["schemas"]["EventId"];
      sessionId: components["schemas"]["SessionId"];
      taskId?: components["schemas"]["TaskId"];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "status";
      createdAt: components["schemas"]["Timestamp"];
      data: {
        state: components["schemas"]["SessionStatus"];
        detail: string;
      };
    };
    /** @description Something failed. A task that ends with it says so in `task.updated`. */
    ErrorEvent: {
      id: components["schemas"]["EventId"];
      sessionId: components["schemas"]["SessionId"];
      taskId?: components["schemas"]["TaskId"];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "error";
      createdAt: components["schemas"]["Timestamp"];
      data: {
        problem: components["schemas"]["Problem"];
      };
    };
    /** @description A decision is needed. */
    ActionRequiredEvent: {
      id: components["schemas"]["EventId"];
      sessionId: components["schemas"]["SessionId"];
      taskId?: components["schemas"]["TaskId"];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "action.required";
      createdAt: components["schemas"]["Timestamp"];
      data: {
        action: components["schemas"]["Action"];
      };
    };
    /** @description A decision was taken, or is not needed any more. */
    ActionResolvedEvent: {
      id: components["schemas"]["EventId"];
      sessionId: components["schemas"]["SessionId"];
      taskId?: components["schemas"]["TaskId"];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "action.resolved";
      createdAt: components["schemas"]["Timestamp"];
      data: {
        action: components["schemas"]["Action"];
      };
    };
    /** @description The task after a change. */
    TaskUpdatedEvent: {
      id: components["schemas"]["EventId"];
      sessionId: components["schemas"]["SessionId"];
      taskId?: components["schemas"]["TaskId"];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "task.updated";
      createdAt: components["schemas"]["Timestamp"];
      data: {
        task: components["schemas"]["Task"];
      };
    };
    /** @description The session after a change; its `lastEventId` is this event. */
    SessionUpdatedEvent: {
      id: components["schemas"]["EventId"];
      sessionId: components["schemas"]["SessionId"];
      taskId?: components["schemas"]["TaskId"];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "session.updated";
      createdAt: components["schemas"]["Timestamp"];
      data: {
        session: components["schemas"]["Session"];
      };
    };
    /** @description The workspace of the session after a change. */
    WorkspaceUpdatedEvent: {
      id: components["schemas"]["EventId"];
      sessionId: components["schemas"]["SessionId"];
      taskId?: components["schemas"]["TaskId"];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "workspace.updated";
      createdAt: components["schemas"]["Timestamp"];
      data: {
        workspace: components["schemas"]["Workspace"];
      };
    };
    NetworkDenied: {
      workspaceId: components["schemas"]["WorkspaceId"];
      /** @description As in `HostPattern`. */
      host: string;
      /** Format: int32 */
      port: number;
      /**
       * @description `not-granted`: nobody granted it. `rejected`: a person rejected it. `not-public`: it has an address that commands never reach.
       * @enum {string}
       */
      reason: "not-granted" | "rejected" | "not-public";
      toolCallId?: components["schemas"]["ToolCallId"];
    };
    /** @description A command could not reach a host. At most one for each host of a command. */
    NetworkDeniedEvent: {
      id: components["schemas"]["EventId"];
      sessionId: components["schemas"]["SessionId"];
      taskId?: components["schemas"]["TaskId"];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "network.denied";
      createdAt: components["schemas"]["Timestamp"];
      data: components["schemas"]["NetworkDenied"];
    };
    /** @description What one model request used. */
    UsageEvent: {
      id: components["schemas"]["EventId"];
      sessionId: components["schemas"]["SessionId"];
      taskId?: components["schemas"]["TaskId"];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "usage";
      createdAt: components["schemas"]["Timestamp"];
      data: {
        model: components["schemas"]["ModelId"];
        usage: components["schemas"]["Usage"];
      };
    };
    /** @description Events are missing between the cursor and `firstId`; read the state again. */
    GapData: {
      /**
       * @description `future`: the cursor is ahead of the log.
       * @enum {string}
       */
      reason: "pruned" | "generation" | "future";
      /** @description The first event that follows; null when there is none yet. */
      firstId: components["schemas"]["EventId"] | null;
    };
    GapFrame: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "gap";
      sessionId: components["schemas"]["SessionId"];
      data: components["schemas"]["GapData"];
    };
    /** @description What a stream carries: the events of the log, and the frames `snapshot` and `gap`, which have no id. */
    StreamFrame:
      | components["schemas"]["TokenEvent"]
      | components["schemas"]["ReasoningEvent"]
      | components["schemas"]["MessageCreatedEvent"]
      | components["schemas"]["MessageFinalEvent"]
      | components["schemas"]["ToolCallEvent"]
      | components["schemas"]["ToolOutputEvent"]
      | components["schemas"]["ToolResultEvent"]
      | components["schemas"]["StatusEvent"]
      | components["schemas"]["ErrorEvent"]
      | components["schemas"]["ActionRequiredEvent"]
      | components["schemas"]["ActionResolvedEvent"]
      | components["schemas"]["TaskUpdatedEvent"]
      | components["schemas"]["SessionUpdatedEvent"]
      | components["schemas"]["WorkspaceUpdatedEvent"]
      | components["schemas"]["NetworkDeniedEvent"]
      | components["schemas"]["UsageEvent"]
      | components["schemas"]["SnapshotFrame"]
      | components["schemas"]["GapFrame"];
    /** @description A message of the agent that is still being written. */
    StreamingMessage: {
      messageId: components["schemas"]["MessageId"];
      taskId: components["schemas"]["TaskId"];
      text: string;
      reasoning: string;
    };
    /**
     * @description The state at `session.lastEventId`. Events up to that id may follow; they only fill in the history, since this
     *     state includes all else that they say.
     */
    SnapshotFrame: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "snapshot";
      sessionId: components["schemas"]["SessionId"];
      data: {
        session: components["schemas"]["Session"];
        workspace: components["schemas"]["Workspace"];
        activeTask: components["schemas"]["Task"] | null;
        /** @description Pending ones. */
        actions: components["schemas"]["Action"][];
        streaming: components["schemas"]["StreamingMessage"] | null;
        /** @description Messages that no task has read yet, in order. */
        queue: components["schemas"]["Message"][];
      };
    };
    /** @description Chosen by the client; its answer carries it. */
    RequestFrameId: string;
    WebSocketRequest:
      | components["schemas"]["SubscribeRequest"]
      | components["schemas"]["UnsubscribeRequest"]
      | components["schemas"]["MessageSendRequest"]
      | components["schemas"]["ActionCreateRequest"]
      | components["schemas"]["TaskUpdateRequest"]
      | components["schemas"]["PingRequest"];
    /** @description Follow a session; answered by `ack`, then `snapshot` and events. */
    SubscribeRequest: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "subscribe";
      id: components["schemas"]["RequestFrameId"];
      sessionId: components["schemas"]["SessionId"];
      after?: components["schemas"]["EventCursor"];
    };
    /** @description Stop following a session. */
    UnsubscribeRequest: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "unsubscribe";
      id: components["schemas"]["RequestFrameId"];
      sessionId: components["schemas"]["SessionId"];
    };
    /** @description As sendMessage. */
    MessageSendRequest: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "message.send";
      id: components["schemas"]["RequestFrameId"];
      sessionId: components["schemas"]["SessionId"];
      body: components["schemas"]["SendMessage"];
      /** @description As the Idempotency-Key header. */
      idempotencyKey?: string;
    };
    /** @description As createAction. */
    ActionCreateRequest: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "action.create";
      id: components["schemas"]["RequestFrameId"];
      sessionId: components["schemas"]["SessionId"];
      body: components["schemas"]["CreateAction"];
      /** @description As the Idempotency-Key header. */
      idempotencyKey?: string;
    };
    /** @description As updateTask. */
    TaskUpdateRequest: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "task.update";
      id: components["schemas"]["RequestFrameId"];
      taskId: components["schemas"]["TaskId"];
      body: components["schemas"]["UpdateTask"];
      /** @description As the Idempotency-Key header. */
      idempotencyKey?: string;
    };
    /** @description Answered by `pong`. */
    PingRequest: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "ping";
      id: components["schemas"]["RequestFrameId"];
    };
    WebSocketFrame:
      | components["schemas"]["AckFrame"]
      | components["schemas"]["ErrorFrame"]
      | components["schemas"]["PongFrame"]
      | components["schemas"]["EventFrame"]
      | components["schemas"]["SnapshotFrame"]
      | components["schemas"]["GapFrame"];
    AckFrame: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "ack";
      id: components["schemas"]["RequestFrameId"];
      /**
       * Format: int32
       * @description The status REST would have answered.
       */
      status: number;
      /** @description The body REST would have answered; null for subscriptions. */
      body: unknown;
    };
    ErrorFrame: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "error";
      /** @description null when the request had none that could be read. */
      id: components["schemas"]["RequestFrameId"] | null;
      problem: components["schemas"]["Problem"];
    };
    PongFrame: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "pong";
      id: components["schemas"]["RequestFrameId"];
    };
    EventFrame: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: "event";
      event: components["schemas"]["Event"];
    };
  };
  responses: {
    /** @description The request does not match this contract: `invalid-request`. */
    InvalidRequest: {
      headers: {
        "X-Request-Id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description No API key, or a wrong one: `unauthorized`. */
    Unauthorized: {
      headers: {
        "X-Request-Id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description The origin is not allowed, or this host does not allow what was asked for: `forbidden-origin`, `local-repository`. */
    Forbidden: {
      headers: {
        "X-Request-Id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description There is nothing under this id or path: `not-found`. */
    NotFound: {
      headers: {
        "X-Request-Id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description Not possible in the current state; `code` says why. */
    Conflict: {
      headers: {
        "X-Request-Id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description The body or file is over a size limit: `too-large`. */
    TooLarge: {
      headers: {
        "X-Request-Id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description The content type is not a documented one: `unsupported-media-type`. */
    UnsupportedMediaType: {
      headers: {
        "X-Request-Id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description The range lies outside the file: `range-not-satisfiable`. */
    RangeNotSatisfiable: {
      headers: {
        "X-Request-Id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description The Host header names a host that this server does not serve: `misdirected-request`. */
    MisdirectedRequest: {
      headers: {
        "X-Request-Id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description The key was used before, with a different request: `idempotency-key-reused`. */
    IdempotencyKeyReused: {
      headers: {
        "X-Request-Id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description This path needs a WebSocket handshake: `upgrade-required`. */
    UpgradeRequired: {
      headers: {
        "X-Request-Id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /**
     * @description Too many wrong keys came from the caller's address: `too-many-failed-keys`; a valid key is taken at any time. Or,
     *     where something is sent to a session, too many messages wait in it: `queue-full`.
     */
    TooManyRequests: {
      headers: {
        "X-Request-Id": components["headers"]["RequestId"];
        "Retry-After": components["headers"]["RetryAfter"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description A fault of the server: `internal`. The log holds the cause under the request id. */
    Internal: {
      headers: {
        "X-Request-Id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description A function cannot do this; send it to the always-on server: `always-on-only`. Nothing was done. */
    AlwaysOnOnly: {
      headers: {
        "X-Request-Id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description The server is stopping, or its database is locked: `busy`. */
    Busy: {
      headers: {
        "X-Request-Id": components["headers"]["RequestId"];
        "Retry-After": components["headers"]["RetryAfter"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
    /** @description The disk is full: `storage-full`. Nothing was written. */
    StorageFull: {
      headers: {
        "X-Request-Id": components["headers"]["RequestId"];
        [name: string]: unknown;
      };
      content: {
        "application/problem+json": components["schemas"]["Problem"];
      };
    };
  };
  parameters: {
    /**
     * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
     *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
     */
    IdempotencyKey: string;
    /** @description Items in a page. */
    Limit: number;
    SessionId: components["schemas"]["SessionId"];
    TaskId: components["schemas"]["TaskId"];
    FileId: components["schemas"]["FileId"];
    WorkspaceId: components["schemas"]["WorkspaceId"];
    AgentId: components["schemas"]["AgentId"];
  };
  requestBodies: never;
  headers: {
    /** @description Names this request in the log of the server. */
    RequestId: string;
    /** @description The SHA-256 of the bytes, quoted. */
    ETag: string;
    /** @description This is the answer to an earlier request under the same `Idempotency-Key`; nothing was done again. */
    IdempotencyReplayed: "true";
    /** @description Seconds to wait. */
    RetryAfter: number;
    /** @description Methods of this path. */
    Allow: string;
  };
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  listSessions: {
    parameters: {
      query?: {
        /** @description Items in a page. */
        limit?: components["parameters"]["Limit"];
        /** @description `nextCursor` of the page before. */
        cursor?: components["schemas"]["SessionId"];
        status?: components["schemas"]["SessionStatus"];
        workspaceId?: components["schemas"]["WorkspaceId"];
        /** @description List archived sessions instead of active ones. */
        archived?: boolean;
        /** @description Find this text in titles and messages; case does not matter. */
        search?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of sessions. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SessionPage"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  createSession: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
         *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateSession"];
      };
    };
    responses: {
      /** @description The session, stored on disk. */
      201: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Session"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      413: components["responses"]["TooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["IdempotencyKeyReused"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      501: components["responses"]["AlwaysOnOnly"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  getSession: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        sessionId: components["parameters"]["SessionId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The session. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Session"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  deleteSession: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
         *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        sessionId: components["parameters"]["SessionId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Deleted. */
      204: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["IdempotencyKeyReused"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  updateSession: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
         *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        sessionId: components["parameters"]["SessionId"];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateSession"];
      };
    };
    responses: {
      /** @description The session after the change. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Session"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      413: components["responses"]["TooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["IdempotencyKeyReused"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  listMessages: {
    parameters: {
      query?: {
        /** @description Items in a page. */
        limit?: components["parameters"]["Limit"];
        /** @description `nextCursor` of the page before. */
        cursor?: components["schemas"]["MessageId"];
      };
      header?: never;
      path: {
        sessionId: components["parameters"]["SessionId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of messages. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MessagePage"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  sendMessage: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
         *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        sessionId: components["parameters"]["SessionId"];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SendMessage"];
      };
    };
    responses: {
      /** @description The message is on disk, and a task will read it. */
      202: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SentMessage"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      413: components["responses"]["TooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["IdempotencyKeyReused"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      501: components["responses"]["AlwaysOnOnly"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  streamSessionEvents: {
    parameters: {
      query?: {
        /** @description Cursor; the header wins when both are given. */
        after?: components["schemas"]["EventCursor"];
      };
      header?: {
        /** @description The id of the last event seen. */
        "Last-Event-ID"?: components["schemas"]["EventId"];
      };
      path: {
        sessionId: components["parameters"]["SessionId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The stream; the `data` of each frame is one StreamFrame. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "text/event-stream": components["schemas"]["StreamFrame"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      501: components["responses"]["AlwaysOnOnly"];
      503: components["responses"]["Busy"];
    };
  };
  listSessionEvents: {
    parameters: {
      query?: {
        /** @description Items in a page. */
        limit?: components["parameters"]["Limit"];
        /** @description `nextCursor` of the page before, or the id of any event: the page begins after it. */
        cursor?: components["schemas"]["EventId"];
      };
      header?: never;
      path: {
        sessionId: components["parameters"]["SessionId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of the log. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EventPage"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  listSessionActions: {
    parameters: {
      query?: {
        /** @description Items in a page. */
        limit?: components["parameters"]["Limit"];
        /** @description `nextCursor` of the page before. */
        cursor?: components["schemas"]["ActionId"];
      };
      header?: never;
      path: {
        sessionId: components["parameters"]["SessionId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Pending actions, oldest first. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ActionPage"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  createAction: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
         *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        sessionId: components["parameters"]["SessionId"];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateAction"];
      };
    };
    responses: {
      /** @description The decision is stored, and the task continues. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ActionOutcome"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      413: components["responses"]["TooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["IdempotencyKeyReused"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      501: components["responses"]["AlwaysOnOnly"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  listActions: {
    parameters: {
      query?: {
        /** @description Items in a page. */
        limit?: components["parameters"]["Limit"];
        /** @description `nextCursor` of the page before. */
        cursor?: components["schemas"]["ActionId"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Pending actions, oldest first. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ActionPage"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  listTasks: {
    parameters: {
      query?: {
        /** @description Items in a page. */
        limit?: components["parameters"]["Limit"];
        /** @description `nextCursor` of the page before. */
        cursor?: components["schemas"]["TaskId"];
        sessionId?: components["schemas"]["SessionId"];
        state?: components["schemas"]["TaskState"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of tasks. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TaskPage"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  getTask: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        taskId: components["parameters"]["TaskId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The task. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Task"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  updateTask: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
         *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        taskId: components["parameters"]["TaskId"];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateTask"];
      };
    };
    responses: {
      /** @description The task after the change. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Task"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      413: components["responses"]["TooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["IdempotencyKeyReused"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      501: components["responses"]["AlwaysOnOnly"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  uploadFile: {
    parameters: {
      query?: {
        /** @description The name of the file, for raw bytes. */
        filename?: string;
      };
      header?: {
        /**
         * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
         *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/octet-stream": Uint8Array | ReadableStream;
        "multipart/form-data": {
          /** Format: binary */
          file: Uint8Array | ReadableStream;
        };
      };
    };
    responses: {
      /** @description The file, on disk. */
      201: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["StoredFile"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      413: components["responses"]["TooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["IdempotencyKeyReused"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  getFile: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        fileId: components["parameters"]["FileId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The file. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["StoredFile"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  deleteFile: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
         *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        fileId: components["parameters"]["FileId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Deleted. */
      204: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["IdempotencyKeyReused"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  getFileContent: {
    parameters: {
      query?: never;
      header?: {
        /** @description One byte range; anything else is ignored. */
        Range?: string;
        "If-None-Match"?: string;
      };
      path: {
        fileId: components["parameters"]["FileId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All bytes. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/octet-stream": Uint8Array | ReadableStream;
          "image/png": Uint8Array | ReadableStream;
          "image/jpeg": Uint8Array | ReadableStream;
          "image/gif": Uint8Array | ReadableStream;
          "image/webp": Uint8Array | ReadableStream;
        };
      };
      /** @description The range asked for. */
      206: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          ETag: components["headers"]["ETag"];
          [name: string]: unknown;
        };
        content: {
          "application/octet-stream": Uint8Array | ReadableStream;
          "image/png": Uint8Array | ReadableStream;
          "image/jpeg": Uint8Array | ReadableStream;
          "image/gif": Uint8Array | ReadableStream;
          "image/webp": Uint8Array | ReadableStream;
        };
      };
      /** @description The caller has these bytes already. */
      304: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      416: components["responses"]["RangeNotSatisfiable"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  listWorkspaces: {
    parameters: {
      query?: {
        /** @description Items in a page. */
        limit?: components["parameters"]["Limit"];
        /** @description `nextCursor` of the page before. */
        cursor?: components["schemas"]["WorkspaceId"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of workspaces. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WorkspacePage"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  createWorkspace: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
         *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateWorkspace"];
      };
    };
    responses: {
      /** @description The workspace, stored on disk. */
      201: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Workspace"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      413: components["responses"]["TooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["IdempotencyKeyReused"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      501: components["responses"]["AlwaysOnOnly"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  getWorkspace: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        workspaceId: components["parameters"]["WorkspaceId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The workspace. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Workspace"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  deleteWorkspace: {
    parameters: {
      query?: {
        /** @description Delete unpushed work too. */
        force?: boolean;
      };
      header?: {
        /**
         * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
         *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        workspaceId: components["parameters"]["WorkspaceId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Deleted. */
      204: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["IdempotencyKeyReused"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      501: components["responses"]["AlwaysOnOnly"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  updateWorkspace: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
         *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        workspaceId: components["parameters"]["WorkspaceId"];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateWorkspace"];
      };
    };
    responses: {
      /** @description The workspace after the change. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Workspace"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      413: components["responses"]["TooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["IdempotencyKeyReused"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  syncWorkspace: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
         *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        workspaceId: components["parameters"]["WorkspaceId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The workspace after the sync. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Workspace"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["IdempotencyKeyReused"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  getWorkspaceVariables: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        workspaceId: components["parameters"]["WorkspaceId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The variables by name. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Variables"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  getWorkspaceStatus: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        workspaceId: components["parameters"]["WorkspaceId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The git status. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WorkspaceStatus"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  getWorkspaceDiff: {
    parameters: {
      query?: {
        /** @description Only this file or folder. */
        path?: components["schemas"]["WorkspacePath"];
      };
      header?: never;
      path: {
        workspaceId: components["parameters"]["WorkspaceId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A unified diff, at most 1 MiB. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WorkspaceDiff"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  getWorkspaceTree: {
    parameters: {
      query?: {
        /** @description The folder; without it the root. */
        path?: components["schemas"]["WorkspacePath"];
        depth?: number;
      };
      header?: never;
      path: {
        workspaceId: components["parameters"]["WorkspaceId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description At most 1000 entries; ignored files and `.git` are left out. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WorkspaceTree"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  getWorkspaceContent: {
    parameters: {
      query: {
        path: components["schemas"]["WorkspacePath"];
      };
      header?: never;
      path: {
        workspaceId: components["parameters"]["WorkspaceId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The bytes, at most 10 MiB. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/octet-stream": Uint8Array | ReadableStream;
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      413: components["responses"]["TooLarge"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  listTools: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All tools. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ToolPage"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  runTool: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
         *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        sessionId: components["parameters"]["SessionId"];
        toolName: components["schemas"]["ToolName"];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RunTool"];
      };
    };
    responses: {
      /** @description The tool has ended. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ToolRun"];
        };
      };
      /** @description The tool waits for a decision. */
      202: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ToolRun"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      413: components["responses"]["TooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["IdempotencyKeyReused"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      501: components["responses"]["AlwaysOnOnly"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  listAgents: {
    parameters: {
      query?: {
        /** @description Items in a page. */
        limit?: components["parameters"]["Limit"];
        /** @description `nextCursor` of the page before. */
        cursor?: components["schemas"]["AgentId"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of agents, the built-in one first. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AgentPage"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  createAgent: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
         *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateAgent"];
      };
    };
    responses: {
      /** @description The agent. */
      201: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Agent"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      413: components["responses"]["TooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["IdempotencyKeyReused"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  getAgent: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        agentId: components["parameters"]["AgentId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The agent. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Agent"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  deleteAgent: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
         *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        agentId: components["parameters"]["AgentId"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Deleted. */
      204: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["IdempotencyKeyReused"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  updateAgent: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
         *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path: {
        agentId: components["parameters"]["AgentId"];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateAgent"];
      };
    };
    responses: {
      /** @description The agent after the change. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Agent"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      404: components["responses"]["NotFound"];
      409: components["responses"]["Conflict"];
      413: components["responses"]["TooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["IdempotencyKeyReused"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  getSettings: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The settings. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["GlobalSettings"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  updateSettings: {
    parameters: {
      query?: never;
      header?: {
        /**
         * @description Chosen by the client. The same request under the same key gets the stored response again, for at least 24 hours
         *     and across restarts. Duplicates at the same time do the work once. Another request under the same key is 422.
         */
        "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["GlobalSettingsPatch"];
      };
    };
    responses: {
      /** @description The settings after the change. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["GlobalSettings"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      413: components["responses"]["TooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["IdempotencyKeyReused"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
      507: components["responses"]["StorageFull"];
    };
  };
  listModels: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Providers and models. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ModelPage"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  getServer: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The server. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Server"];
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  getContract: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OpenAPI 3.1 as JSON. */
      200: {
        headers: {
          "X-Request-Id": components["headers"]["RequestId"];
          [name: string]: unknown;
        };
        content: {
          "application/json": Record<string, unknown>;
        };
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      503: components["responses"]["Busy"];
    };
  };
  openWebSocket: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Switched to the WebSocket protocol. */
      101: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components["responses"]["InvalidRequest"];
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["Forbidden"];
      421: components["responses"]["MisdirectedRequest"];
      426: components["responses"]["UpgradeRequired"];
      429: components["responses"]["TooManyRequests"];
      500: components["responses"]["Internal"];
      501: components["responses"]["AlwaysOnOnly"];
      503: components["responses"]["Busy"];
    };
  };
}
