import { type Reader, routeAddress } from './confirmForm.ts';
import { html, textOf, trusted } from './html.ts';
import { pageSheet } from './page.ts';
import { plainText } from './words.ts';

/** A small page for a person whose form was not taken: what is wrong, what to do, and the way back. */
export const renderRefused = (
  { code, message, remedy }: { readonly code: string; readonly message: string; readonly remedy: string },
  { key }: Pick<Reader, 'key'>,
): string =>
  textOf(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><meta name="color-scheme" content="light dark"><title>Not taken</title><style>${trusted(pageSheet)}</style></head>
<body><header class="top"><h1>Azure Stack Edge failover</h1><p class="sum">Not taken: nothing was confirmed.</p></header>
<p class="band red">✗ ${plainText(message, 600)}<small>${code}. What to do: ${plainText(remedy, 600)}</small></p>
<p class="back"><a href="${routeAddress('status', key)}">Back to the page</a></p></body></html>
`);
