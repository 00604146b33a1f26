export interface Domain {
  readonly id: string;
  readonly name: string;
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
  readonly passwordHash: string;
}

/** Who makes a request, after authentication. */
export interface Caller {
  readonly userId: string;
  readonly userName: string;
  readonly domainId: string;
  /** Set when the proof is bound to one project (tokens). */
  readonly projectId?: string;
}
