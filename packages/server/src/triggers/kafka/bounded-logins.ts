/** The part of SCRAM that computes with the password, as the library has it. */
export interface ScramLogin {
  hi(password: string, salt: Buffer, iterations: number, digest: object): Promise<Buffer>;
}

/** A broker of Apache Kafka has 4,096 unless set otherwise, and at most 16,384. */
const MOST_ITERATIONS = 100_000;

const changed = new WeakSet<ScramLogin>();

/**
 * Bounds how often a password is hashed for a login by SCRAM. The broker sets the number, and the library takes any, up to
 * two thousand millions, for which a thread of the pool computes.
 */
export function boundLogins(scram: ScramLogin): void {
  if (changed.has(scram)) return;
  changed.add(scram);
  const { hi } = scram;
  scram.hi = async (password, salt, iterations, digest) => {
    if (!(iterations <= MOST_ITERATIONS)) {
      throw new Error(`the broker asks for ${iterations} iterations, more than ${MOST_ITERATIONS}`);
    }
    return hi(password, salt, iterations, digest);
  };
}
