/** A binary heap of what falls due when, the earliest on top; ten thousand targets cost no more per second than ten. */
export interface Due<T> {
  readonly at: number;
  readonly what: T;
}

export class DueHeap<T> {
  readonly #items: Due<T>[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The earliest; undefined when there is none. */
  peek(): Due<T> | undefined {
    return this.#items[0];
  }

  push(item: Due<T>): void {
    let place = this.#items.length;
    this.#items.push(item);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#items[parent];
      if (!above || above.at <= item.at) break;
      this.#items[place] = above;
      place = parent;
    }
    this.#items[place] = item;
  }

  pop(): Due<T> | undefined {
    const top = this.#items[0];
    const last = this.#items.pop();
    if (last && this.#items.length > 0) this.#sink(last);
    return top;
  }

  #sink(item: Due<T>): void {
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const [a, b] = [this.#items[left], this.#items[left + 1]];
      const child = b && a && b.at < a.at ? left + 1 : left;
      const below = this.#items[child];
      if (!below || below.at >= item.at) break;
      this.#items[place] = below;
      place = child;
    }
    this.#items[place] = item;
  }
}
