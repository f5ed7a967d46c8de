import type { styleText } from 'node:util';
import { wrap } from '../shared/base/wrap.ts';

type Format = Parameters<typeof styleText>[0];

/** Colours a text, or leaves it as it is where nobody would see colours. */
export type Paint = (format: Format, text: string) => string;

export const plain: Paint = (_, text) => text;

/** How a text is laid out. */
export type Layout = { readonly width: number; readonly paint: Paint };

export const eighty: Layout = { width: 80, paint: plain };

/** A heading and its items, each wrapped; nothing where there are none. Ends with an empty line. */
export const section = (title: string, items: readonly string[], { width, paint }: Layout): string[] =>
  items.length === 0 ? [] : [paint('bold', title), ...items.flatMap((item) => wrap(item, width, '  ', '    ')), ''];

/** `1,234` */
export const grouped = (value: number): string => value.toLocaleString('en-US');
