import { expect, it } from 'vitest';
import { AutomationError } from '../shared/base/errors.ts';
import { hiding } from '../shared/moveSecrets.ts';

const refusal = (message: string) =>
  new AutomationError('ERR_AZURE_THROTTLED', message, {
    remedy: `Not ${message}.`,
    retry: 'later',
    retryAfterMs: 7,
    cause: new Error(message),
  });

it.each([
  ['wherever it stands', 'hush', 'hush and hush', '[left out] and [left out]'],
  ['as JSON spells it', 'a"b', 'the body {"sharedKey":"a\\"b"}', 'the body {"sharedKey":"[left out]"}'],
  ['but nothing in place of no secret', '', 'nothing', 'nothing'],
])('a secret is left out of an error %s', (_, secret, message, shown) => {
  const error = hiding(refusal(message), secret);
  expect(error).toMatchObject({ code: 'ERR_AZURE_THROTTLED', retry: 'later', retryAfterMs: 7 });
  expect([error.message, error.remedy, error.cause]).toEqual([shown, `Not ${shown}.`, undefined]);
});
