import { notPublic } from './forbidden.ts';
import { RangeSet } from './rangeSet.ts';
import { dangerIn, faultOf, faultSince, type TagFaultCode } from './tagFault.ts';
import { Tag } from './tagTable.ts';

/** One tag as far as its words have been heard, word by word in the order of their change numbers. */
export type TagState = {
  /** Its newest word that was believed. */
  readonly said: Tag;
  /** Of the newest word heard, believed or not. */
  readonly changeNumber: number;
  /** What the word before had and `said` lacks: one word said so. */
  readonly lost: RangeSet;
  /** The value it stays at, since when and why; null where it is believed. */
  readonly frozen: {
    readonly tag: Tag;
    readonly since: number;
    readonly lastGood: number;
    readonly code: TagFaultCode;
    readonly why: string;
  } | null;
};

/** What one source says of a tag; no tag is "it is not there". */
export type TagWord = {
  readonly tag: Tag | undefined;
  readonly changeNumber: number;
  /** Of a whole file. The API lists only what security rules can name: what it lacks is not gone. */
  readonly whole: boolean;
  /** A person said that what this change no longer has is really gone. */
  readonly accepted: boolean;
  /** See `faultSince`. */
  readonly mostLost: number;
};

const believed = (said: Tag, changeNumber: number, lost = RangeSet.empty): TagState => ({
  said,
  changeNumber,
  lost,
  frozen: null,
});

const withMore = (tag: Tag, more: RangeSet, hold?: ConstructorParameters<typeof Tag>[2]): Tag => {
  const { form } = tag;
  return new Tag({ ...form, addressPrefixes: [...form.addressPrefixes, ...more.cidrs()] }, tag.name, hold);
};

/** The tag that is in force: all that is believed, and what nobody may take away yet. */
export const inForce = ({ said, changeNumber, lost, frozen }: TagState): Tag => {
  if (frozen) {
    const { tag, since, lastGood, code, why } = frozen;
    const form = { ...tag.form, networkFeatures: [] };
    return new Tag(form, tag.name, { hold: { kind: 'frozen', since, lastGood, code, why }, published: said });
  }
  if (lost.isEmpty) return said;
  return withMore(said, lost, { hold: { kind: 'removal', since: changeNumber, gone: lost }, published: said });
};

/** Its value without what it is held for. */
const plain = (state: TagState): Tag =>
  state.frozen?.tag ?? (state.lost.isEmpty ? state.said : withMore(state.said, state.lost));

const freeze = (state: TagState, word: TagWord, code: TagFaultCode, why: string): TagState => ({
  ...state,
  changeNumber: Math.max(state.changeNumber, word.changeNumber),
  // The first reason stays: a person is told once, and what it was frozen at does not move.
  frozen: state.frozen ?? { tag: plain(state), since: word.changeNumber, lastGood: state.changeNumber, code, why },
});

/** A second source of the same change: what it has besides is added; it is no second word on what is gone. */
const sameChange = (state: TagState, tag: Tag, whole: boolean): TagState => {
  const { said } = state;
  if (state.frozen || faultOf(tag, notPublic) || (whole && tag.region !== said.region)) return state;
  // A file also says what the tag is good for.
  const [main, other] = whole ? [tag, said] : [said, tag];
  const more = other.ipv4.subtract(main.ipv4);
  return { ...state, said: more.isEmpty ? main : withMore(main, more), lost: state.lost.subtract(tag.ipv4) };
};

/** A person's acceptance takes the word as it is; nobody can accept what must never be routed. */
const accept = (state: TagState, word: TagWord): TagState | undefined => {
  const { tag, changeNumber } = word;
  if (changeNumber < state.changeNumber && !state.frozen) return state;
  if (!tag) return undefined;
  const danger = dangerIn(tag.ipv4, notPublic);
  const sound = !faultOf(plain(state), notPublic);
  if (danger && sound) return freeze(state, word, danger.code, danger.why);
  return believed(tag, Math.max(changeNumber, state.changeNumber));
};

/** The API says neither what a tag is good for nor, reliably, where it is. */
const asStated = ({ tag, whole }: TagWord, { said }: TagState): Tag | undefined => {
  if (whole || !tag) return tag;
  const { name, region, systemService, networkFeatures } = said;
  return new Tag({ ...tag.form, name, region, systemService, networkFeatures }, tag.name);
};

/**
 * A tag's state after one more word; undefined where there is no such tag.
 *
 * | the word                                | the tag so far    | then                                             |
 * | --------------------------------------- | ----------------- | ------------------------------------------------ |
 * | older                                   | any               | as it was                                        |
 * | the same change from another source     | any               | what it has besides is added                     |
 * | accepted by a person                    | any               | as the word says, unless that must never be routed |
 * | any                                     | unknown, or never sound | as the word says                           |
 * | gone, empty, dangerous, moved, shrunk   | sound, or frozen  | frozen as it is in force                         |
 * | gateway management twice as large       | sound, or frozen  | frozen as it is in force                         |
 * | sound                                   | sound             | what is new is in; what this word and the one before both lack is out; what only this one lacks waits |
 * | sound, measured by the frozen value     | frozen            | believed again; what it lacks of that value waits |
 */
export const hearWord = (state: TagState | undefined, word: TagWord): TagState | undefined => {
  if (!state) return word.tag && believed(word.tag, word.changeNumber);
  if (!word.tag && !word.whole) return state;
  if (word.accepted) return accept(state, word);
  if (word.changeNumber < state.changeNumber) return state;
  if (word.changeNumber === state.changeNumber) return word.tag ? sameChange(state, word.tag, word.whole) : state;
  const tag = asStated(word, state);
  const before = state.frozen?.tag ?? state.said;
  if (!state.frozen && state.lost.isEmpty && tag?.ipv4.equals(before.ipv4) && tag.region === before.region) {
    return believed(word.whole ? tag : state.said, word.changeNumber);
  }
  if (faultOf(before, notPublic)) return tag && believed(tag, word.changeNumber);
  const fault = faultSince(tag, before, notPublic, word.mostLost);
  if (fault) return freeze(state, word, fault.code, fault.why);
  return tag && believed(tag, word.changeNumber, before.ipv4.subtract(tag.ipv4));
};
