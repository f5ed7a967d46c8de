import type { TagTable } from '../../shared/ranges/tagTable.ts';
import { html } from '../../shared/record/html.ts';
import type { Curve } from './curve.ts';
import type { Figures } from './figures.ts';
import { factsOf, pictureSections, strategyTable, troubleSection } from './pageParts.ts';
import { pageOf } from './pageShell.ts';

/** One subject on one page: figures, curve, map, owners. */
export const curvePage = (figures: Figures, curve: Curve, tags: TagTable): string => {
  const { subject } = figures;
  return pageOf(subject.title, tags, [
    factsOf(figures),
    ...[troubleSection(subject.trouble)].filter((section) => section !== null),
    html`<section><h2>Routes by strategy</h2>${strategyTable(figures)}</section>`,
    ...pictureSections(figures, curve, tags),
  ]);
};
