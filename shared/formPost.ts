import { z } from 'zod';
import { statusOf } from './answers.ts';
import { AutomationError, asAutomationError } from './base/errors.ts';
import { routeAddress } from './record/confirmForm.ts';
import { pageHeaders } from './record/page.ts';
import { renderRefused } from './record/refusedPage.ts';

/** A form of ours is some 300 bytes. */
const largestForm = 4 * 1024;

/** An HTTP answer that a browser shows, as plain data. */
export type PageAnswer = {
  readonly status: number;
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
};

type Refusal = { readonly status: number; readonly error: AutomationError; readonly allow?: string };

/** What a form was refused for, and as which status. */
export class FormRefused extends Error {
  override readonly name = 'FormRefused';
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.error.message);
    this.refusal = refusal;
  }
}

const usage = (message: string, remedy: string): AutomationError =>
  new AutomationError('ERR_USAGE', message, { remedy });
const again = 'Open the status page again, and use the form that it shows.';

type Posted = {
  readonly method: string;
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
};

const isForm = (contentType: string | null): boolean =>
  /^application\/x-www-form-urlencoded\s*(;|$)/i.test((contentType ?? '').trim());

const tooLarge = (): FormRefused =>
  new FormRefused({ status: 413, error: usage('The form is larger than 4 KiB.', again) });

/**
 * The fields that a page of ours posted. Refused are links, what is no form, what is too large, what names a field
 * twice, and what a browser says another site's page sent. Throws FormRefused.
 */
export const formOf = async (request: Posted): Promise<unknown> => {
  const { headers } = request;
  if (request.method !== 'POST')
    throw new FormRefused({ status: 405, error: usage('Nothing is decided by a link.', again), allow: 'POST' });
  if (!['same-origin', 'none'].includes(headers.get('sec-fetch-site') ?? 'none'))
    throw new FormRefused({
      status: 403,
      error: new AutomationError('ERR_CALLER_REFUSED', 'The form was sent by a page that is not of this app.', {
        remedy: again,
      }),
    });
  if (!isForm(headers.get('content-type')))
    throw new FormRefused({ status: 415, error: usage('The body is not sent as a form.', again) });
  if (Number(headers.get('content-length') ?? 0) > largestForm) throw tooLarge();
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > largestForm) throw tooLarge();
  const sent = [...new URLSearchParams(new TextDecoder().decode(bytes))];
  const fields = Object.fromEntries(sent);
  if (Object.keys(fields).length === sent.length) return fields;
  throw new FormRefused({ status: 400, error: usage('The form names a field twice.', again) });
};

const confirmation = z.object({
  site: z.string().min(1).max(64),
  checksum: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is not a checksum (sha256: and 64 hex digits)'),
  asker: z.string().min(1).max(64),
  by: z.string().max(200).optional(),
});

/** What the form of a waiting file says: the whole checksum and who asks, or nothing. Throws ERR_USAGE. */
export const readConfirmation = (fields: unknown): z.infer<typeof confirmation> => {
  const parsed = confirmation.safeParse(fields);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw usage(`${issue?.path.join('.') || 'form'}: ${issue?.message}`, again);
};

/** What a person is shown of a failure: message and remedy; never a stack, never a secret. */
export const refusedAnswer = (thrown: unknown, key: string | null): PageAnswer => {
  const error = thrown instanceof FormRefused ? thrown.refusal.error : asAutomationError(thrown);
  const status = thrown instanceof FormRefused ? thrown.refusal.status : statusOf(error);
  const allow = thrown instanceof FormRefused ? thrown.refusal.allow : undefined;
  const headers = { ...pageHeaders, ...(allow === undefined ? {} : { allow }) };
  return { status, body: renderRefused(error, { key }), headers };
};

/** Back to the site on the page, by GET: a reload there sends nothing again. */
export const takenAnswer = (site: string, key: string | null): PageAnswer => ({
  status: 303,
  headers: { ...pageHeaders, location: `${routeAddress('status', key)}#site-${encodeURIComponent(site)}` },
});
