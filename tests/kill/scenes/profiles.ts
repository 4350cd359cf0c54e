import type { Visit } from "../visit.ts";

/** Agents, settings and titles: small changes, one after another, in three databases. */
export async function profiles(visit: Visit): Promise<void> {
  const { ask, mark, random } = visit;
  const agents = [];
  for (let count = 0; count < 2; count++) {
    const { body } = await ask("createAgent", { body: { name: mark(), systemPrompt: `You are ${mark()}.` } });
    agents.push(body.id);
  }
  const [agentId = "", goneId = ""] = agents;
  await ask("updateAgent", { params: { agentId }, body: { description: mark() } });
  if (random.chance(0.5)) await ask("deleteAgent", { params: { agentId: goneId } });
  const provider = mark();
  const added = { type: "openai-compatible", baseUrl: `http://127.0.0.1:9/${provider}` };
  await ask("updateSettings", { body: { providers: { [provider]: added } } });
  const { body: session } = await ask("createSession", { body: { title: mark(), agentId } });
  await ask("updateSession", { params: { sessionId: session.id }, body: { title: mark() } });
}
