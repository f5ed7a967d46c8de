import { createDefaultHttpClient, createPipelineRequest } from '@azure/core-rest-pipeline';
import type { SideName } from '../../shared/base/side.ts';
import type { Move } from '../../shared/record/move.ts';
import { deviceStepOfMove } from '../../shared/record/moveWaits.ts';
import { questionOfMove } from '../../shared/record/question.ts';
import { residenceOf } from '../../shared/record/residence.ts';
import type { SiteState } from '../../shared/record/state.ts';
import type { Arm } from '../../simulator/arm/server.ts';
import type { Referee } from './referee.ts';
import type { Shelves } from './shelves.ts';
import type { Device, SiteTruth } from './siteTruth.ts';
import type { Strangers } from './strangers.ts';
import type { Turnstile } from './turnstile.ts';

export type MoverParts = {
  readonly arm: Arm;
  readonly turnstile: Turnstile;
  readonly shelves: Shelves;
  readonly referee: Referee;
  readonly strangers: Strangers;
  readonly say: (truth: SiteTruth, word: Record<string, unknown>) => void;
  /** The device reads a file, set to the region of a side. */
  readonly deviceWith: (truth: SiteTruth, side: SideName, file: string) => Device;
  readonly lies: () => boolean;
};

/** Those who answer for the moves of sites: approve, decline, turn back, mend, and put the bundle on the device. */
export class Movers {
  readonly #parts: MoverParts;
  /** How often somebody had a move go on, by its id. */
  readonly #retried = new Map<string, number>();

  constructor(parts: MoverParts) {
    this.#parts = parts;
  }

  /** What a site's move asks for is done, or put off; true where the visitor has nothing else to do there. */
  async visit(truth: SiteTruth, state: SiteState, diligent: boolean): Promise<boolean> {
    const { move } = state;
    const { random } = this.#parts.turnstile;
    if (!truth.moves) return false;
    if (!move) return this.#sendHome(truth, state, diligent);
    if (move.status === 'awaitingApproval') return this.#answer(truth, move, diligent);
    if (move.status === 'failed') return this.#mend(truth, move, diligent);
    if (deviceStepOfMove(move)) {
      await this.#carryBundle(truth, move, diligent);
      return true;
    }
    if (!diligent && random.below(30) === 0) return this.#turnBack(truth, move);
    // The device has the new side's file already: the old side's is not put over it.
    return truth.device?.side === move.to;
  }

  /** Somebody moves a site on purpose, or wants what is asked for not to be. */
  silly(truth: SiteTruth, { move }: SiteState): void {
    const { say, turnstile } = this.#parts;
    if (!move) say(truth, { action: 'move' });
    else if (turnstile.random.below(2) === 0) say(truth, { action: 'retryMove' });
    else this.#turnBack(truth, move);
  }

  /** A way home that nobody asks for: after a move on purpose, or where somebody had it end. */
  #sendHome(truth: SiteTruth, state: SiteState, diligent: boolean): boolean {
    if (!diligent || residenceOf(state) === 'home') return false;
    const { residence, lastMoves = [] } = state;
    const ended = lastMoves.some(
      ({ reason, outcome, endedAt }) =>
        reason === 'return' && outcome !== 'protected' && endedAt >= (residence?.since ?? ''),
    );
    if (residence?.because !== 'planned' && !ended) return false;
    this.#parts.say(truth, { action: 'move' });
    return true;
  }

  #answer(truth: SiteTruth, move: Move, diligent: boolean): boolean {
    const { say, turnstile } = this.#parts;
    const { random } = turnstile;
    const { digest, reason, from } = move;
    const decline = () => {
      truth.keptByChoice ||= reason === 'teardown';
      say(truth, { action: 'decline', digest });
    };
    // Home is never taken down; what stands in the target may be.
    if (reason === 'teardown' && (from === 'home' || random.below(3) === 0)) decline();
    else if (!diligent && random.below(4) === 0) return true;
    else if (!diligent && reason !== 'return' && random.below(6) === 0) decline();
    else {
      // What blocks it is mended by whoever reads of it; then it is planned afresh.
      if (diligent || random.below(2) === 0) this.#parts.strangers.makeRoom(truth, move.to);
      truth.approved.add(digest);
      say(truth, { action: 'apply', ...questionOfMove(move) });
    }
    return true;
  }

  /** Whoever turns back leaves the device where it is: a move that has got as far as that goes on. */
  #turnBack(truth: SiteTruth, move: Move): boolean {
    if (truth.device?.side === move.to) return false;
    this.#parts.say(truth, { action: 'cancelMove' });
    return true;
  }

  #mend(truth: SiteTruth, move: Move, diligent: boolean): boolean {
    const { random } = this.#parts.turnstile;
    if (!diligent && random.below(3) === 0) return true;
    const tries = this.#retried.get(move.id) ?? 0;
    this.#retried.set(move.id, tries + 1);
    const gaveUp = diligent ? tries % 4 === 3 : random.below(4) === 0;
    if (gaveUp && this.#turnBack(truth, move)) return true;
    this.#parts.strangers.makeRoom(truth, move.to);
    this.#parts.say(truth, { action: 'retryMove' });
    return true;
  }

  /** Profile and file are fetched and put on the device; it is said, or the gateway shows it. */
  async #carryBundle(truth: SiteTruth, move: Move, diligent: boolean): Promise<void> {
    const { arm, turnstile, referee, shelves, say, deviceWith, lies } = this.#parts;
    const { random } = turnstile;
    const offered = move.device?.offered;
    if (!offered) return referee.breach(truth.site.id, 'the device is waited for, and no file is offered');
    const [file, profile] = await Promise.all([
      shelves.archive.read(offered.blob),
      shelves.archive.read(move.profileBlob ?? ''),
    ]);
    if (file === undefined || profile === undefined)
      return referee.breach(truth.site.id, 'the bundle of a move is not there');
    if (!diligent && random.below(3) === 0) return;
    const device = deviceWith(truth, move.to, file);
    if (device.checksum !== offered.checksum)
      referee.breach(truth.site.id, 'the file of a move has another checksum than told');
    const { site, table, tampered } = truth.sides[move.to];
    const unrouted = device.listed.subtract(table.reached);
    if (!tampered && !unrouted.isEmpty)
      referee.breach(truth.site.id, `the file of a move lists what has no route: ${unrouted.size} addresses`);
    const content = await this.#fetch((JSON.parse(profile) as { url: string }).url);
    // The address is good for an hour, and in a region that fails not even that; there will be another.
    if (content === null) return;
    if (!lies()) {
      truth.device = device;
      arm.loadBundle({ device: site.id, gatewayId: site.ids.gateway, package: content });
    }
    const confirm = () => say(truth, { action: 'confirmDevice', checksum: offered.checksum, asker: move.id });
    const how = lies() ? 0 : random.below(3);
    if (how === 0) confirm();
    else if (how === 1) turnstile.at(turnstile.now() + random.below(10 * 60_000), confirm);
  }

  async #fetch(url: string): Promise<Uint8Array | null> {
    const { arm, turnstile } = this.#parts;
    const request = createPipelineRequest({ url, timeout: 0 });
    request.tlsSettings = { ca: arm.ca };
    request.streamResponseStatusCodes = new Set([200]);
    return turnstile.outside(async () => {
      try {
        const { status, readableStreamBody } = await createDefaultHttpClient().sendRequest(request);
        if (status !== 200 || readableStreamBody === undefined) return null;
        const chunks: Buffer[] = [];
        for await (const chunk of readableStreamBody) chunks.push(Buffer.from(chunk));
        return Buffer.concat(chunks);
      } catch {
        return null;
      }
    });
  }
}
