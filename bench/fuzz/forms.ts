import fc from 'fast-check';

/** As a browser writes it: a list is a field that comes several times; what is no text, its JSON. */
export const writtenAsForm = (fields: unknown): string => {
  if (typeof fields !== 'object' || fields === null) return String(fields);
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => one !== undefined)
      .map((one): [string, string] => [name, typeof one === 'string' ? one : JSON.stringify(one)]),
  );
  return `${new URLSearchParams(pairs)}`;
};

const field = fc.oneof(fc.constantFrom('site', 'checksum', 'asker', 'by'), fc.string({ maxLength: 20 }));

/** Any form at all, ours or not. */
export const anyForm: fc.Arbitrary<string> = fc
  .array(fc.tuple(field, fc.string({ unit: 'binary', maxLength: 80 })), { maxLength: 8 })
  .map((pairs) => `${new URLSearchParams(pairs)}`);

const formType = { 'content-type': 'application/x-www-form-urlencoded' };

/** A form's headers: mostly those of our own page in a browser, else those of pages and programs elsewhere. */
export const formHeaders = (text: fc.Arbitrary<string>): fc.Arbitrary<Record<string, string>> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant<Record<string, string>>(formType) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('same-origin', 'none', 'same-site', 'cross-site', '').map((from) => ({
        ...formType,
        'sec-fetch-site': from,
      })),
    },
    fc
      .record(
        {
          'content-type': fc.oneof(
            text,
            fc.constantFrom(
              'application/json',
              'multipart/form-data; boundary=x',
              'application/x-www-form-urlencoded;',
            ),
          ),
          'content-length': text,
          'sec-fetch-site': text,
          authorization: text,
          'x-ms-client-principal': text,
        },
        { requiredKeys: [] },
      )
      .map((given) => ({ ...formType, ...(given as Record<string, string>) })),
  );

/** What stands behind the `?` of the form's address: the key that the page carried, or whatever somebody put there. */
export const formQuery = (value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(
      'code=key',
      '',
      'code=a%0d%0aset-cookie:%20b',
      'code=%22%3E%3Cimg%20src=x%3E',
      'code=a%23b',
      'code=1&code=2',
    ),
    value.map((code) => `${new URLSearchParams({ code })}`),
    value,
  );
