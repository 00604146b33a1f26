export const JAVA_MAIN = 'funcgraph.runtime.Main';

/**
 * Relative to the working folder, because the archive of classes holds this text and must be made on the host, where the
 * same relative path is laid out for it.
 */
export const JAVA_CLASS_PATH = '../../home/snuser/runtime/java/shim.jar';

export function javaMajor(version: string): number {
  return Number(/^\d+/.exec(version)?.[0] ?? 0);
}

/** Unix sockets came with Java 16; older JVMs get their frames through a relay. */
export function speaksUnix(version: string): boolean {
  return javaMajor(version) >= 16;
}

/** JVMs of which an archive of classes can be made while the program runs. */
export function canArchive(version: string): boolean {
  return javaMajor(version) >= 13;
}

/**
 * Flags of a JVM that starts before its memory size is known: the cgroup enforces the limit, and the heap must stay
 * close to its live data. One collector thread and the fast compiler halve the start.
 */
export function jvmFlags(version: string): readonly string[] {
  const major = javaMajor(version);
  return [
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Xms16m',
    '-Xmx3800m',
    '-XX:MinHeapFreeRatio=20',
    '-XX:MaxHeapFreeRatio=40',
    '-XX:-UsePerfData',
    '-Dfile.encoding=UTF-8',
    '-Djava.awt.headless=true',
    // Messages of the JVM itself would appear in the function's log.
    ...(major >= 9 ? ['-Xlog:disable'] : []),
    // The first reflective calls would spin classes for several milliseconds.
    ...(major >= 18 ? ['-Djdk.reflect.useNativeAccessorOnly=true'] : []),
    // The shim changes the environment of its process, and newer JVMs would warn of how.
    ...(major >= 23 ? ['--sun-misc-unsafe-memory-access=allow'] : []),
  ];
}
