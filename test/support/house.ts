import { posix } from 'node:path';
import { importsOf } from './sourceImports.ts';
import { type Token, tokensOf } from './sourceTokens.ts';

/** The rooms of shared/ from left to right: data goes right, imports go left. */
export const rooms = ['base', 'events', 'scope', 'ranges', 'plan', 'apply', 'verify', 'record', 'azure'] as const;
type Room = (typeof rooms)[number];

/** Rooms whose decisions are values: no clock, no chance, no file, no network, no log. */
const pureRooms: readonly string[] = ['events', 'scope', 'ranges', 'plan'];

/** The files of simulator/ that start the product as a user would and show what it records; no part of the simulator. */
const isStage = (path: string): boolean => /^simulator\/(start\.ts$|demo\.ts$|stage\/|demo\/)/.test(path);

/** Where a file lives: a room, the hall (files directly in shared/), the wire, or a top-level folder. */
const placeOf = (path: string): string => {
  if (path === 'shared/wire.ts') return 'wire';
  const [top = '', next = '', rest] = path.split('/');
  if (top !== 'shared') return rest === undefined && next === '' ? 'root' : top;
  return rest === undefined ? 'hall' : `shared/${next}`;
};

const roomOf = (place: string): Room | undefined => rooms.find((room) => place === `shared/${room}`);
const allRooms = rooms.map((room) => `shared/${room}`);
const roomsButAzure = allRooms.filter((room) => room !== 'shared/azure');

/** Places a place may import from; every place may import itself. */
const allowedFrom = (path: string): readonly string[] | 'all' => {
  const place = placeOf(path);
  const room = roomOf(place);
  if (room) return allRooms.slice(0, rooms.indexOf(room));
  switch (place) {
    case 'hall':
      return roomsButAzure;
    case 'wire':
      return ['hall', ...allRooms];
    case 'functions':
      return ['wire', 'hall', 'shared/base', 'shared/events', 'shared/record'];
    case 'cli':
      return ['wire', 'hall', ...roomsButAzure];
    case 'simulator':
      return isStage(path) ? ['functions', 'wire', 'cli', 'shared/record'] : [];
    case 'root':
      return ['shared/base'];
    case 'test':
    case 'bench':
      return 'all';
    default:
      return [];
  }
};

/** The forms of what the product records; a stage may name them, and run none of the code behind. */
const typesAllowedFrom = (path: string): readonly string[] => (isStage(path) ? ['hall', ...roomsButAzure] : []);

/** What to do about an import between two rooms: an import to the right means that the code stands too far left. */
const adviceFor = (from: string, to: string): string => {
  const [left, right] = [roomOf(from), roomOf(to)];
  if (left && right) {
    return right === 'azure'
      ? `Declare the port it needs in ${from}/ and implement it in shared/azure/; shared/wire.ts puts the two together.`
      : `Move the code to ${to}/ or further right, or what it needs down to shared/base/.`;
  }
  if (left && (to === 'hall' || to === 'wire'))
    return `Move what it needs to ${from}/ or a room to its left, or the code up to shared/.`;
  if (from === 'hall' && to === 'wire') return 'Take the ports as an argument; only functions/ and cli/ ask the wire.';
  if (to === 'shared/azure') return 'Ask shared/wire.ts for a port; only the wire knows what implements it.';
  if (from === 'simulator') {
    return 'The simulator must not know the product, or the two could share a mistake: copy the fact, or move the code to simulator/stage/.';
  }
  if (from === 'functions') return 'A trigger only parses and hands on: move the code to shared/ and call that.';
  return `Move what is needed to a place that ${from}/ may import; docs/ARCHITECTURE.md shows them.`;
};

const packageName = (target: string): string =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');

/** Who may import an `@azure/` package. */
const mayUseSdk = (path: string, name: string): boolean => {
  const place = placeOf(path);
  if (place === 'shared/azure' || place === 'simulator' || place === 'test') return true;
  return place === 'functions' && (name === '@azure/functions' || name === '@azure/eventgrid');
};

const packageTrouble = (path: string, target: string): string | undefined => {
  const place = placeOf(path);
  // A hash is a function of its argument; what else node:crypto has, impurities() finds by name.
  if (target === 'node:crypto') return undefined;
  if (target.startsWith('node:')) {
    return pureRooms.includes(roomOf(place) ?? '')
      ? `${place}/ decides and touches nothing: take the value as an argument. An effect belongs to the hall or to shared/azure/.`
      : undefined;
  }
  const name = packageName(target);
  if (!name.startsWith('@azure/') || mayUseSdk(path, name)) return undefined;
  return place === 'functions'
    ? 'functions/ may use @azure/functions and the deserializer of @azure/eventgrid; move the call behind a port in shared/azure/.'
    : 'Only shared/azure/ knows an SDK: declare the port you need here and implement it there.';
};

/** Names that read the clock, roll dice or reach out of the process, as tokens one after the other. */
const impure: readonly (readonly [readonly string[], string])[] = [
  [['Date', '.', 'now'], 'take `now` as an argument'],
  [['new', 'Date', '(', ')'], 'take `now` as an argument'],
  [['new', 'Date', ';'], 'take `now` as an argument'],
  [['Math', '.', 'random'], 'take the number as an argument'],
  [['performance', '.'], 'take `now` as an argument'],
  [['crypto', '.'], 'take the id as an argument, or use digestOf of shared/base/canonical.ts'],
  [['randomUUID'], 'take the id as an argument'],
  [['randomBytes'], 'take the bytes as an argument'],
  [['randomInt'], 'take the number as an argument'],
  [['process', '.'], 'take the value as an argument'],
  [['console', '.'], 'return the reason as data'],
  [['fetch', '('], 'declare a port'],
  [['setTimeout', '('], 'leave waiting to the hall'],
  [['setInterval', '('], 'leave waiting to the hall'],
  [['setImmediate', '('], 'leave waiting to the hall'],
  [['globalThis'], 'take the value as an argument'],
  [['localeCompare'], 'use byCodeUnit of shared/base/canonical.ts'],
];

const impurities = (tokens: readonly Token[]): readonly (readonly [number, string])[] =>
  impure.flatMap(([names, advice]) =>
    tokens.flatMap((token, index) => {
      const matches = names.every((name, offset) => {
        const at = tokens[index + offset];
        return at?.text === name && at.kind !== 'string';
      });
      const isMember = tokens[index - 1]?.text === '.' && names[0] !== 'localeCompare';
      return matches && !isMember ? [[token.line, `${names.join('')}: ${advice}`] as const] : [];
    }),
  );

/** Breaches of the house's import rule in one file; `path` is relative to the project's root, with slashes. */
export const breachesOf = (path: string, source: string): readonly string[] => {
  const here = placeOf(path);
  const allowed = allowedFrom(path);
  const breaches = importsOf(source).flatMap(({ target, typeOnly, line }) => {
    const at = `${path}:${line}`;
    if (target === null) {
      const free = isStage(path) || ['test', 'bench', 'simulator', 'root'].includes(here);
      return free ? [] : [`${at} imports what is only known at run time. Write the path as a plain string.`];
    }
    if (!target.startsWith('.')) {
      const trouble = packageTrouble(path, target);
      return trouble === undefined ? [] : [`${at} imports ${target}. ${trouble}`];
    }
    const imported = posix.normalize(posix.join(posix.dirname(path), target));
    const there = placeOf(imported);
    if (imported.startsWith('..')) return [`${at} imports ${target}, outside the project. Copy the fact instead.`];
    if (allowed === 'all' || there === here || allowed.includes(there) || imported === 'package.json') return [];
    if (typeOnly && typesAllowedFrom(path).includes(there)) return [];
    return [`${at} imports ${imported}. ${adviceFor(here, there)}`];
  });
  const room = roomOf(here) ?? '';
  const impureUses = pureRooms.includes(room)
    ? impurities(tokensOf(source)).map(
        ([line, advice]) => `${path}:${line} decides by more than its arguments. ${advice}.`,
      )
    : [];
  return [...breaches, ...impureUses];
};

const triggers = [
  'http',
  'get',
  'post',
  'timer',
  'storageQueue',
  'storageBlob',
  'eventGrid',
  'eventHub',
  'serviceBusQueue',
  'serviceBusTopic',
  'cosmosDB',
  'sql',
  'warmup',
  'generic',
  'deleteRequest',
  'patch',
  'put',
];

/** The names under which a file of functions/ registers triggers. */
export const triggersOf = (source: string): readonly string[] => {
  const tokens = tokensOf(source);
  return tokens.flatMap((token, index) => {
    const [dot, method, open, name] = tokens.slice(index + 1, index + 5);
    const isCall = token.text === 'app' && token.kind === 'word' && dot?.text === '.' && open?.text === '(';
    return isCall && triggers.includes(method?.text ?? '') ? [name?.kind === 'string' ? name.text : ''] : [];
  });
};

/** What is wrong with a file of functions/: the worker loads each as an entry point, so it is one trigger named as the file. */
export const triggerTrouble = (path: string, source: string): string | undefined => {
  const wanted = posix.basename(path, '.ts');
  const found = triggersOf(source);
  if (found.length === 1 && found[0] === wanted) return undefined;
  const has = found.length === 0 ? 'no trigger' : `the triggers ${found.join(', ')}`;
  return `${path} registers ${has}; it must register exactly one, named ${wanted}. Move anything else to shared/.`;
};
