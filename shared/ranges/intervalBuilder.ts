/** Takes inclusive intervals in order of their first address and folds what overlaps or touches. */
export class IntervalBuilder {
  readonly #firsts: Uint32Array;
  readonly #lasts: Uint32Array;
  #n = 0;
  #first = 0;
  #last = -2; // nothing touches it

  constructor(capacity: number) {
    this.#firsts = new Uint32Array(capacity);
    this.#lasts = new Uint32Array(capacity);
  }

  add(first: number, last: number): void {
    if (first <= this.#last + 1) {
      if (last > this.#last) this.#last = last;
      return;
    }
    this.#flush();
    this.#first = first;
    this.#last = last;
  }

  /** The folded intervals as columns of their own. */
  finish(): [firsts: Uint32Array, lasts: Uint32Array] {
    this.#flush();
    return [this.#firsts.slice(0, this.#n), this.#lasts.slice(0, this.#n)];
  }

  #flush(): void {
    if (this.#last < 0) return;
    this.#firsts[this.#n] = this.#first;
    this.#lasts[this.#n] = this.#last;
    this.#n += 1;
  }
}
