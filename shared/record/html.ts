const markup = Symbol('html');

/** Markup made by `html`; no value read from outside can pass for it, since the symbol stays in this file. */
export type Html = { readonly [markup]: string };

type Part = Html | string | number | null | undefined | false | readonly Part[];

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that means itself in element content and in quoted attributes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (found) => escapes[found] ?? found);

const render = (part: Part): string => {
  if (part === null || part === undefined || part === false) return '';
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return markup in part ? part[markup] : part.map(render).join('');
};

/** A template whose every value is escaped; only what `html` itself made goes in as it is. Quote attributes. */
export const html = (literals: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  [markup]: literals.map((literal, index) => literal + render(parts[index])).join(''),
});

/** Text of our own source that is markup already, such as a style sheet; never anything that was read. */
export const trusted = (text: string): Html => ({ [markup]: text });

export const textOf = (made: Html): string => made[markup];
