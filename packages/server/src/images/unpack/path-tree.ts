interface Node<T> {
  value: T | undefined;
  readonly children: Map<string, Node<T>>;
}

function emptyNode<T>(): Node<T> {
  return { value: undefined, children: new Map() };
}

/** Values by path. Each operation takes time in the length of the path, independent of the number of stored paths. */
export class PathTree<T> {
  readonly #root = emptyNode<T>();

  set(path: string, value: T): void {
    let node = this.#root;
    for (const name of path.split('/')) {
      let child = node.children.get(name);
      if (child === undefined) {
        child = emptyNode();
        node.children.set(name, child);
      }
      node = child;
    }
    node.value = value;
  }

  get(path: string): T | undefined {
    return this.#find(path)?.value;
  }

  /** Whether a path below this one has a value. */
  hasBelow(path: string): boolean {
    return (this.#find(path)?.children.size ?? 0) > 0;
  }

  /** Whether this path, or a folder that contains it, has a value. */
  hasAtOrAbove(path: string): boolean {
    let node: Node<T> | undefined = this.#root;
    for (const name of path.split('/')) {
      node = node.children.get(name);
      if (node === undefined) return false;
      if (node.value !== undefined) return true;
    }
    return false;
  }

  /** Removes a path and everything below it. */
  delete(path: string): void {
    const names = path.split('/');
    const trail: { readonly parent: Node<T>; readonly name: string }[] = [];
    let node = this.#root;
    for (const name of names) {
      const child = node.children.get(name);
      if (child === undefined) return;
      trail.push({ parent: node, name });
      node = child;
    }
    // A folder without a value and children must not count as an entry below its parent.
    for (const { parent, name } of trail.reverse()) {
      parent.children.delete(name);
      if (parent.value !== undefined || parent.children.size > 0) return;
    }
  }

  /** Folders before their contents. */
  *entries(): Generator<[string, T]> {
    const waiting: { readonly path: string; readonly node: Node<T> }[] = [];
    const add = (prefix: string, node: Node<T>): void => {
      for (const [name, child] of node.children) waiting.push({ path: `${prefix}${name}`, node: child });
    };
    add('', this.#root);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (next.node.value !== undefined) yield [next.path, next.node.value];
      add(`${next.path}/`, next.node);
    }
  }

  #find(path: string): Node<T> | undefined {
    let node: Node<T> | undefined = this.#root;
    for (const name of path.split('/')) {
      node = node.children.get(name);
      if (node === undefined) return undefined;
    }
    return node;
  }
}
