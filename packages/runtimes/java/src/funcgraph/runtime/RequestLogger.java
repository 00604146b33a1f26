package funcgraph.runtime;

import java.util.Arrays;
import java.util.List;

/** The logger of one request, under every class name that user code may use. */
final class RequestLogger implements com.services.runtime.RuntimeLogger, com.opentelekomcloud.services.runtime.RuntimeLogger {
    private static final List<String> LEVELS = Arrays.asList("DEBUG", "INFO", "WARN", "ERROR");
    private final Link link;
    private final String requestId;
    private volatile int least = 1;

    RequestLogger(Link link, String requestId) {
        this.link = link;
        this.requestId = requestId;
    }

    /** The logger of a context as a JSON writer sees it. */
    public String getLevel() {
        return LEVELS.get(least);
    }

    private void write(int level, String message) {
        if (level >= least) link.log(requestId, LEVELS.get(level), String.valueOf(message));
    }

    @Override
    public void log(String message) {
        write(1, message);
    }

    @Override
    public void debug(String message) {
        write(0, message);
    }

    @Override
    public void info(String message) {
        write(1, message);
    }

    @Override
    public void warn(String message) {
        write(2, message);
    }

    @Override
    public void error(String message) {
        write(3, message);
    }

    @Override
    public void setLevel(String level) {
        int found = level == null ? -1 : LEVELS.indexOf(level.toUpperCase(java.util.Locale.ROOT));
        if (found >= 0) least = found;
    }
}
