/**
 * Empties the cache that the platform keeps in front of this Worker: it belongs to the entrypoint that
 * calls. Locally there is none, and nobody calls.
 */

/** @returns false when the platform refused, as after too many purges */
export async function purgeOwnCache({ cache }: Pick<ExecutionContext, "cache">): Promise<boolean> {
  if (!cache) {
    console.error("the front cache was not purged: the platform gives none");
    return true;
  }
  const { success, errors } = await cache.purge({ purgeEverything: true });
  if (!success) console.error("the front cache was not purged", errors);
  return success;
}
