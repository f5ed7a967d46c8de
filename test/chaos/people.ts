import { createHash } from 'node:crypto';
import { asAutomationError } from '../../shared/base/errors.ts';
import type { SideName } from '../../shared/base/side.ts';
import { everySite } from '../../shared/pauseAll.ts';
import type { Ports } from '../../shared/ports.ts';
import { RangeSet } from '../../shared/ranges/rangeSet.ts';
import { type AskedFile, askedFileOf } from '../../shared/record/askedFile.ts';
import { questionOf } from '../../shared/record/question.ts';
import { residenceOf } from '../../shared/record/residence.ts';
import type { SiteState } from '../../shared/record/state.ts';
import { type Answer, say, type Word, wordSchema } from '../../shared/words.ts';
import type { Arm } from '../../simulator/arm/server.ts';
import { failover, home } from './cast.ts';
import { Movers } from './movers.ts';
import type { Referee } from './referee.ts';
import type { Shelves } from './shelves.ts';
import { type Device, gatewayAddresses, type SiteTruth } from './siteTruth.ts';
import type { Strangers } from './strangers.ts';
import type { Turnstile } from './turnstile.ts';

type Tag = { readonly name: string; readonly properties: { readonly addressPrefixes: readonly string[] } };

/** What the device routes through the tunnel: the region it is set to, and sign-in. */
const listedTags = (region: string): readonly string[] => [
  `azurecloud.${region}`,
  'azureactivedirectory',
  'azureactivedirectorydomainservices',
];

/** The device reads its file, set to the region of that side. */
export const deviceWith = (file: string, never: RangeSet, side: SideName = 'home'): Device => {
  const { values } = JSON.parse(file) as { values: readonly Tag[] };
  const prefixes = values
    .filter(({ name }) => listedTags(side === 'home' ? home : failover).includes(name.toLowerCase()))
    .flatMap(({ properties }) => properties.addressPrefixes)
    .filter((prefix) => !prefix.includes(':'));
  const checksum = `sha256:${createHash('sha256').update(file).digest('hex')}`;
  return { checksum, listed: RangeSet.fromPrefixes(prefixes).subtract(never), side };
};

/** What people are answered with, when all goes as it should. */
const expected: ReadonlySet<string> = new Set([
  'ERR_STORAGE',
  'ERR_STATE_CONFLICT',
  'ERR_DIGEST_MISMATCH',
  'ERR_NOTHING_WAITS',
  'ERR_LEASED',
  'ERR_PLAN_BLOCKED',
]);

/** What words on moves are answered with where Azure, or the region, does not answer. */
const ofMoves: ReadonlySet<string> = new Set(['move', 'apply', 'cancelMove', 'decline']);

const askerOf = (asked: AskedFile | null) => (asked === null ? {} : { asker: asked.asker });

/** Those who approve, who stand at the device, and who now and then do something silly. */
export class People {
  readonly words = new Map<string, number>();
  /** From now on they do whatever is asked, and nothing else. */
  diligent = false;
  /** They say of a file that it is on the device, and leave it lying. */
  lies = false;
  pausedSince: number | null = null;
  readonly #turnstile: Turnstile;
  readonly #door: () => Ports | null;
  readonly #shelves: Shelves;
  readonly #referee: Referee;
  /** What is never sent through the tunnel, whatever a file lists. */
  readonly #never: RangeSet;
  readonly #digests: string[] = [];
  readonly #arm: Arm;
  readonly #movers: Movers;

  constructor(parts: {
    readonly arm: Arm;
    readonly turnstile: Turnstile;
    readonly door: () => Ports | null;
    readonly shelves: Shelves;
    readonly referee: Referee;
    readonly strangers: Strangers;
    readonly never: RangeSet;
  }) {
    const { arm, turnstile, shelves, referee } = parts;
    this.#turnstile = turnstile;
    this.#door = parts.door;
    this.#shelves = shelves;
    this.#referee = referee;
    this.#never = parts.never;
    this.#arm = arm;
    this.#movers = new Movers({
      ...parts,
      say: (truth, word) => this.#say(truth, word),
      deviceWith: (truth, side, file) => this.#deviceWith(truth, side, file),
      lies: () => this.lies,
    });
  }

  /** Somebody looks at a site's page and does what it asks for. */
  async visit(truth: SiteTruth): Promise<void> {
    const { state } = await this.#shelves.sites.load(truth.site.id);
    const { random } = this.#turnstile;
    if (!this.diligent && random.below(12) === 0) return this.#silly(truth, state);
    if (state.paused !== null && (this.diligent || random.below(3) === 0))
      return this.#say(truth, { action: 'resume' });
    if (this.diligent && this.#declared(truth)) return this.#say(truth, { action: 'withdraw' });
    if (state.move?.status === 'awaitingApproval') this.#digests.push(state.move.digest);
    if (await this.#movers.visit(truth, state, this.diligent)) return;
    if (this.#fileWaits(state)) return this.#carryFile(truth, state);
    if (state.waiting === null || (!this.diligent && random.below(3) === 0)) return;
    this.#digests.push(state.waiting.digest);
    return this.#say(truth, { action: 'apply', ...questionOf(state.waiting) });
  }

  /** Everything stops, for some minutes. */
  pauseAll(forMs: number): void {
    if (this.pausedSince !== null) return;
    this.#word({ action: 'pause', site: everySite, by: 'Ada', reason: 'an exercise' }, () => {
      this.pausedSince = this.#turnstile.now();
      for (const truth of this.#referee.truths.values()) truth.writesWhilePaused = 0;
      this.#turnstile.at(this.#turnstile.now() + forMs, () => this.resumeAll());
    });
  }

  resumeAll(): void {
    // From the moment it is said on, somebody may have heard it.
    this.pausedSince = null;
    this.#word(
      { action: 'resume', site: everySite, by: 'Ada' },
      () => {},
      () => {
        this.#turnstile.at(this.#turnstile.now() + 60_000, () => this.resumeAll());
      },
    );
  }

  #declared({ site }: SiteTruth): boolean {
    return this.#shelves.intents.all().some((intent) => intent.site === site.id && intent.withdrawnAt === null);
  }

  #fileWaits({ run, device }: SiteState): boolean {
    if (device.offered === null) return false;
    const atDevice = run?.steps.some(({ id, status }) => id === 'deviceConfirm' && status === 'waiting') === true;
    return atDevice || (run === null && device.offered.checksum !== device.confirmed?.checksum);
  }

  #deviceWith(truth: SiteTruth, side: SideName, file: string): Device {
    const gateway = gatewayAddresses(this.#arm, truth.sides[side]).map((address) => `${address}/32`);
    return deviceWith(file, this.#never.union(RangeSet.fromPrefixes(gateway)), side);
  }

  /** A file is fetched, put on the device, and confirmed, at once or some minutes later. */
  async #carryFile(truth: SiteTruth, state: SiteState): Promise<void> {
    const { offered } = state.device;
    const file = offered === null ? undefined : await this.#shelves.archive.read(offered.blob);
    if (offered === null || file === undefined)
      return this.#referee.breach(truth.site.id, 'a file that is offered is not there');
    const side = residenceOf(state);
    const device = this.#deviceWith(truth, side, file);
    if (device.checksum !== offered.checksum)
      this.#referee.breach(truth.site.id, 'a file has another checksum than told');
    const { table, tampered } = truth.sides[side];
    const unrouted = device.listed.subtract(table.reached);
    if (!tampered && !unrouted.isEmpty)
      this.#referee.breach(truth.site.id, `a file lists what has no route: ${unrouted.size} addresses`);
    if (!this.lies) truth.device = device;
    const asked = askedFileOf(state);
    const confirm = () => this.#say(truth, { action: 'confirmDevice', checksum: offered.checksum, ...askerOf(asked) });
    if (this.diligent || this.#turnstile.random.below(2) === 0) return confirm();
    this.#turnstile.at(this.#turnstile.now() + this.#turnstile.random.below(10 * 60_000), confirm);
  }

  #silly(truth: SiteTruth, state: SiteState): void {
    const { random } = this.#turnstile;
    const acts: readonly (() => void)[] = [
      () => this.#oldDigest(truth, state),
      () => this.#say(truth, { action: 'pause', reason: 'to have a look' }),
      () => this.#say(truth, { action: 'declare', services: ['Storage'], reason: 'a drill' }),
      () => (truth.moves ? this.#movers.silly(truth, state) : this.#say(truth, { action: 'withdraw' })),
      () =>
        this.#say(truth, { action: 'confirmDevice', checksum: `sha256:${'0'.repeat(64)}` }, (said) =>
          this.#referee.breach(truth.site.id, `a file nobody offered was taken: ${said}`),
        ),
    ];
    random.pick(acts)();
  }

  /** Somebody sends an approval again that was good for another day, or for another site. */
  #oldDigest(truth: SiteTruth, { waiting }: SiteState): void {
    const old = this.#digests.filter((digest) => digest !== waiting?.digest);
    if (old.length === 0) return;
    const digest = this.#turnstile.random.pick(old);
    // Of a move that waits, and that nobody has answered yet, it is the first yes, and as good as any.
    const { move } = truth.state ?? {};
    if (move?.status === 'awaitingApproval' && move.digest === digest) truth.approved.add(digest);
    this.#say(truth, { action: 'apply', digest }, (said) => {
      const now = truth.state?.waiting?.digest;
      if (![now, truth.state?.run?.digest, truth.state?.move?.digest].includes(digest))
        this.#referee.breach(truth.site.id, `${said} was taken while ${now} waits`);
    });
  }

  #say(truth: SiteTruth, word: Record<string, unknown>, then: (said: string) => void = () => {}): void {
    this.#word({ site: truth.site.id, by: 'Ada', ...word }, ({ said }) => then(said));
  }

  #word(word: Record<string, unknown>, then: (answer: Answer) => void, otherwise: () => void = () => {}): void {
    const door = this.#door();
    if (door === null) {
      otherwise();
      return;
    }
    const action = String(word['action']);
    this.words.set(action, (this.words.get(action) ?? 0) + 1);
    say(wordSchema.parse(word) as Word, 'nobody', door).then(then, (error: unknown) => {
      const { code, message } = asAutomationError(error);
      if (!expected.has(code) && !(ofMoves.has(action) && (code.startsWith('ERR_AZURE') || code === 'ERR_OUR_TURN')))
        this.#referee.breach(String(word['site']), `${action} was answered with ${code}: ${message}`);
      otherwise();
    });
  }
}
