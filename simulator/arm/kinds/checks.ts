import type { Answer } from '../answer.ts';
import { providerError } from '../answer.ts';
import type { ResourceId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { objectsAt, stringAt } from '../json.ts';
import { readPrefix } from '../prefix.ts';

// Names of network resources: 1 to 80, alphanumeric first, alphanumeric or _ last (resource-name-rules).
const NAME = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$/;

export function checkName(name: string): Answer | undefined {
  if (NAME.test(name)) return undefined;
  const message = `Resource name ${name} is invalid. The name can be up to 80 characters long. It must begin with a word character, and it must end with a word character or with '_'. The name may contain word characters or '.', '-', '_'.`;
  return providerError(400, 'InvalidResourceName', message);
}

/** Children need a name, a valid one, and each its own (names are compared without regard to case). */
export function checkChildNames(id: ResourceId, body: JsonObject, property: string): Answer | undefined {
  const seen = new Set<string>();
  for (const child of objectsAt(body['properties'] as JsonObject, property)) {
    const name = stringAt(child, 'name') ?? '';
    if (name === '')
      return unparsable('MissingJsonObject', `Value for reference name is missing. Path properties.${property}.`);
    const invalid = checkName(name);
    if (invalid !== undefined) return invalid;
    if (seen.has(name.toLowerCase()))
      return unparsable(
        'DuplicateResourceName',
        `Resource ${id.text} has two child resources with the same name (${name}).`,
      );
    seen.add(name.toLowerCase());
  }
  return undefined;
}

/** The provider's answer to a body it cannot read as one of its own types. */
export function unparsable(code: string, message: string): Answer {
  return providerError(400, 'InvalidRequestFormat', 'Cannot parse the request.', [{ code, message }]);
}

/** Refuses a text that is no CIDR of either family. The two codes are those of subnets; for routes they are not recorded. */
export function checkCidr(text: string, resource: string): Answer | undefined {
  const prefix = readPrefix(text);
  if (prefix.kind === 'cidr') return undefined;
  if (prefix.kind === 'hostBits') {
    const message = `The address prefix ${text} in resource ${resource} has an invalid CIDR notation. For the given prefix length, the address prefix should be ${prefix.canonical}.`;
    return providerError(400, 'InvalidCIDRNotation', message);
  }
  const message = `Address prefix ${text} of resource ${resource} is not formatted correctly. It should follow CIDR notation, for example 10.0.0.0/24.`;
  return providerError(400, 'InvalidAddressPrefixFormat', message);
}
