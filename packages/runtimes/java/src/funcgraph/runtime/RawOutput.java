package funcgraph.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;

/**
 * Whether something was written to standard output or error past this runtime: by child processes or native code. Each
 * write updates the change time of a pipe.
 */
final class RawOutput {
    /** The clock of the kernel's time stamps is coarser than ours. */
    private static final long TICK_MS = 20;
    private static final Path[] PIPES = {Paths.get("/proc/self/fd/1"), Paths.get("/proc/self/fd/2")};
    private final long[] last = {changed(0), changed(1)};

    private static long changed(int pipe) {
        try {
            return Files.getLastModifiedTime(PIPES[pipe]).toMillis();
        } catch (IOException e) {
            // Closed by the function.
            return 0;
        }
    }

    /** Whether it may have been since the last call. */
    synchronized boolean wasWritten() {
        boolean written = false;
        for (int pipe = 0; pipe < PIPES.length; pipe++) {
            long now = changed(pipe);
            if (now != last[pipe] || now > System.currentTimeMillis() - TICK_MS) written = true;
            last[pipe] = now;
        }
        return written;
    }
}
