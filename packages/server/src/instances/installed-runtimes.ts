import {
  type InstallProgress,
  type LaunchPlan,
  RuntimeError,
  type RuntimeListing,
  type RuntimeRegistry,
} from '@funcgraph/runtimes';
import { PlatformError } from '../lib/platform-error.ts';

/** The runtimes of this machine, in memory, from the registry on disk. Its errors are `invalid_runtime`. */
export class InstalledRuntimes {
  readonly #registry: RuntimeRegistry;
  #listings = new Map<string, RuntimeListing>();
  /** Made once for each name, so that a cold start reads no disk; cleared when the registry changes. */
  readonly #plans = new Map<string, Promise<LaunchPlan>>();

  constructor(registry: RuntimeRegistry) {
    this.#registry = registry;
  }

  /** Registers the machine's own runtimes, then reads the registry. */
  async start(): Promise<void> {
    await this.#registry.registerHost();
    await this.list();
  }

  async list(): Promise<readonly RuntimeListing[]> {
    const listings = await this.#registry.list();
    this.#listings = new Map(listings.map((one) => [one.name, one]));
    return listings;
  }

  find(name: string): { readonly available: boolean; readonly hint?: string } | undefined {
    const listing = this.#listings.get(name);
    if (listing === undefined) return undefined;
    const hint = listing.hint ?? (listing.install === undefined ? undefined : `Install it with: ${listing.install}`);
    return { available: listing.available, ...(hint === undefined ? {} : { hint }) };
  }

  available(): readonly string[] {
    return [...this.#listings.values()].filter((one) => one.available).map((one) => one.name);
  }

  add(name: string, from: string): Promise<RuntimeListing> {
    return this.#change(() => this.#registry.add(name, from));
  }

  install(name: string, onProgress: InstallProgress): Promise<RuntimeListing> {
    return this.#change(() => this.#registry.install(name, onProgress));
  }

  launchPlan(name: string): Promise<LaunchPlan> {
    let plan = this.#plans.get(name);
    if (plan === undefined) {
      plan = explained(() => this.#registry.launchPlan(name));
      this.#plans.set(name, plan);
      plan.catch(() => this.#plans.delete(name));
    }
    return plan;
  }

  async #change(work: () => Promise<RuntimeListing>): Promise<RuntimeListing> {
    const listing = await explained(work);
    this.#plans.clear();
    await this.list();
    return listing;
  }
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RuntimeError)
      throw new PlatformError('invalid_runtime', error.message, { hint: error.hint, cause: error });
    throw error;
  }
}
