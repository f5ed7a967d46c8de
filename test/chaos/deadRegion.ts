import type { Arm } from '../../simulator/arm/server.ts';
import { home } from './cast.ts';

type Mode = 'refused' | 'hanging' | 'unavailable' | null;

/** Whether the home region's ARM answers. `hanging`: the connection is cut like `refused`, and the wire makes it hang. */
export class DeadRegion {
  readonly #arm: Arm;
  #mode: Mode = null;
  #lift: (() => void) | null = null;

  constructor(arm: Arm) {
    this.#arm = arm;
  }

  get mode(): Mode {
    return this.#mode;
  }

  set mode(mode: Mode) {
    this.#lift?.();
    this.#mode = mode;
    this.#lift = mode === null ? null : this.#arm.silence(home, mode === 'hanging' ? 'refused' : mode);
  }
}
