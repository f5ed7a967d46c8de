import type { Answer } from './answer.ts';
import { gatewayError } from './answer.ts';
import { keyOf } from './ids.ts';
import { invalidToken } from './tokens.ts';

export type Action = 'read' | 'write' | 'delete' | 'action';

/** What is refused: every call, every token, or some actions on a scope and what is below it. */
export type Denial =
  /** ARM answers 401 InvalidAuthenticationToken to everything. */
  | { kind: 'credential' }
  /** The identity endpoint gives no token. */
  | { kind: 'token' }
  /** ARM answers 403 AuthorizationFailed; without actions it means all of them. */
  | { kind: 'scope'; resource: string; actions?: readonly Action[] };

export function actionOf(method: string): Action {
  if (method === 'GET' || method === 'HEAD') return 'read';
  if (method === 'DELETE') return 'delete';
  return method === 'POST' ? 'action' : 'write';
}

/** The denials in force. */
export class Denials {
  readonly #all = new Set<Denial>();

  /** Puts one in force; the function returned lifts it. */
  add(denial: Denial): () => void {
    this.#all.add(denial);
    return () => this.#all.delete(denial);
  }

  get noToken(): boolean {
    return [...this.#all].some((denial) => denial.kind === 'token');
  }

  /** What is denied at a scope, by denials there or above it. */
  actionsAt(scope: string): Action[] {
    const all: readonly Action[] = ['read', 'write', 'delete', 'action'];
    const above = [...this.#all].filter(
      (denial) =>
        denial.kind === 'scope' &&
        (keyOf(scope) === keyOf(denial.resource) || keyOf(scope).startsWith(`${keyOf(denial.resource)}/`)),
    );
    return all.filter((action) =>
      above.some((denial) => denial.kind === 'scope' && denial.actions?.includes(action) !== false),
    );
  }

  refuse(method: string, resource: string, operation: string, objectId: string): Answer | undefined {
    const action = actionOf(method);
    for (const denial of this.#all) {
      if (denial.kind === 'credential') return invalidToken('The access token is invalid.');
      if (denial.kind !== 'scope' || denial.actions?.includes(action) === false) continue;
      const scope = keyOf(denial.resource);
      if (keyOf(resource) !== scope && !keyOf(resource).startsWith(`${scope}/`)) continue;
      const message = `The client '${objectId}' with object id '${objectId}' does not have authorization to perform action '${operation}/${action}' over scope '${resource}' or the scope is invalid. If access was recently granted, please refresh your credentials.`;
      return gatewayError(403, 'AuthorizationFailed', message);
    }
    return undefined;
  }
}
