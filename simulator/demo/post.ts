import type { Stage } from '../stage/stage.ts';

export type Answered = { readonly status: number; readonly body: Record<string, unknown> };

/** POST to a function, with its key. Throws where it refuses. */
export type Post = (path: string, body: unknown) => Promise<Answered>;

export const poster =
  (stage: Stage): Post =>
  async (path, body) => {
    const response = await fetch(`${stage.host.url}/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-functions-key': stage.key },
      body: JSON.stringify(body),
    });
    const answer = { status: response.status, body: (await response.json()) as Record<string, unknown> };
    if (response.status >= 400) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(answer.body)}`);
    return answer;
  };
