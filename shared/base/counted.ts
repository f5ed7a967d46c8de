/** `1 route`, `2 routes`, `1,234 addresses`, `3 prefixes`. */
export const counted = (n: number, noun: string): string =>
  `${n.toLocaleString('en-US')} ${n === 1 ? noun : noun + (/[sx]$/.test(noun) ? 'es' : 's')}`;

/** The words that go with one, or with any other number: `byNumber(n, 'leads', 'lead')`. */
export const byNumber = (n: number, one: string, many: string): string => (n === 1 ? one : many);

/** `a region`, `an id`: the article by the sound of the first letter, near enough for our own nouns. */
export const withArticle = (noun: string): string => `${/^[aeio]/i.test(noun) ? 'an' : 'a'} ${noun}`;
