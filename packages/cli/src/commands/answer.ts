import { defineCommand } from "../command.ts";
import { decideOn } from "../decide-on.ts";
import { UsageError } from "../failures.ts";
import type { Action } from "../frame.ts";
import type { Question } from "../questions.ts";
import { answerFrom, questionsOf } from "../questions.ts";
import { plainLine } from "../render/text/sanitise.ts";

export const answerCommand = defineCommand({
  summary: "answer a question of the agent",
  usage: "answer ACTION ANSWER   or   answer ACTION id=ANSWER id=ANSWER …",
  options: [["ANSWER", "the number of an option, its label, or your own words"]],
  accepts: {},
  wordsMax: 50,
  run: (context, { words: [given, ...answers] }) => {
    if (given === undefined) throw new UsageError("Name the action: talkcody answer ACTION ANSWER");
    return decideOn(context, given, (action) => ({
      type: "respond",
      actionId: action.id,
      result: resultFrom(action, answers),
    }));
  },
});

/** All words answer a single question; several questions need `id=answer` each. A plan takes its new text as `plan=…`. */
export function resultFrom(action: Action, answers: readonly string[]): Record<string, string | string[]> {
  const questions = questionsOf(action);
  const [only, second] = questions;
  if (only && !second && !answers[0]?.startsWith(`${only.id}=`)) {
    if (answers.length === 0) throw new UsageError(`Give an answer to: ${explain(only)}`);
    return { [only.id]: answerFrom(only, answers.join(" ")) };
  }
  const missing = questions.find(({ id }) => !answers.some((answer) => answer.startsWith(`${id}=`)));
  if (missing) throw new UsageError(`Give ${plainLine(missing.id)}=… to answer: ${explain(missing)}`);
  return Object.fromEntries(answers.map((answer) => pair(answer, questions)));
}

function pair(answer: string, questions: readonly Question[]): [string, string | string[]] {
  const at = answer.indexOf("=");
  if (at < 1) throw new UsageError(`${JSON.stringify(answer)} is not of the form id=answer.`);
  const [id, text] = [answer.slice(0, at), answer.slice(at + 1)];
  const question = questions.find((one) => one.id === id);
  return [id, question ? answerFrom(question, text) : text];
}

function explain({ question, options }: Question): string {
  const labels = options.map(({ label }, index) => `${index + 1} ${plainLine(label)}`).join(", ");
  return `${plainLine(question)} (${labels})`;
}
