/** Status, code and text of a refusal as the official client sees it. Fails without a refusal. */
export async function refused(
  work: Promise<unknown>,
): Promise<{ readonly status: number; readonly code: string; readonly message: string }> {
  try {
    await work;
  } catch (error) {
    const { httpStatusCode, errorCode, errorMsg } = error as Record<string, unknown>;
    return { status: Number(httpStatusCode), code: String(errorCode), message: String(errorMsg) };
  }
  throw new Error('the call was not refused');
}

/** Status and code alone. */
export async function refusal(work: Promise<unknown>): Promise<[number, string]> {
  const { status, code } = await refused(work);
  return [status, code];
}

/** What really came over the wire: the SDK's classes describe answers with getters that plain JSON does not have. */
export async function wire<T>(work: Promise<object>): Promise<T> {
  return (await work) as T;
}
