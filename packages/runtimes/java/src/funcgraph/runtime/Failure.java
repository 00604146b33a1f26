package funcgraph.runtime;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** A failure, as the payload of the contract and as text for the log. */
final class Failure {
    static final int ENTRY = 4001;
    static final int INVOCATION = 4002;
    static final int TOO_LARGE = 4004;
    static final int INVALID_RESULT = 4007;
    static final int INITIALIZATION = 4009;
    /** The heap is exhausted; the server reports it as a memory failure. */
    static final int MEMORY = 4205;

    private static final int MAX_MESSAGE = 64 * 1024;
    private static final int MAX_FRAMES = 200;
    /** Names of classes and methods may have 64 KB. */
    private static final int MAX_LINE = 1024;

    /** A mistake in the configuration or the package; its payload has no stack. */
    static final class ConfigError extends Exception {
        private static final long serialVersionUID = 1L;
        final String kind;
        /** What the log says beside the message; null for nothing. */
        final String hint;

        ConfigError(String kind, String message) {
            this(kind, message, null);
        }

        ConfigError(String kind, String message, String hint) {
            super(message);
            this.kind = kind;
            this.hint = hint;
        }
    }

    static boolean isConfiguration(Throwable error) {
        return error instanceof ConfigError && ((ConfigError) error).kind.equals("FunctionConfigError");
    }

    final int code;
    final byte[] payload;
    final String log;

    private Failure(int code, byte[] payload, String log) {
        this.code = code;
        this.payload = payload;
        this.log = log;
    }

    /** A payload of bare text. */
    static Failure plain(int code, String text) {
        return new Failure(code, text.getBytes(StandardCharsets.UTF_8), text);
    }

    static Failure of(int code, String kind, String text, List<String> frames) {
        String message = prefix(code) + (text.length() > MAX_MESSAGE ? text.substring(0, MAX_MESSAGE) : text);
        StringBuilder json = new StringBuilder("{\n  \"errorMessage\": ");
        Json.quote(message, json);
        json.append(",\n  \"errorType\": ");
        Json.quote(kind, json);
        StringBuilder log = new StringBuilder(message);
        if (frames != null && !text.equals(kind)) log.insert(prefix(code).length(), kind + ": ");
        if (frames != null) {
            json.append(",\n  \"stackTrace\": [");
            for (int i = 0; i < frames.size(); i++) {
                Json.quote(frames.get(i), json.append(i == 0 ? "\n    " : ",\n    "));
                log.append("\n    ").append(frames.get(i));
            }
            json.append(frames.isEmpty() ? "]" : "\n  ]");
        }
        return new Failure(code, json.append("\n}").toString().getBytes(StandardCharsets.UTF_8), log.toString());
    }

    /** An exception of the user's code. */
    static Failure of(int code, Throwable error) {
        if (error instanceof ConfigError) {
            Failure failure = of(code, ((ConfigError) error).kind, error.getMessage(), null);
            String hint = ((ConfigError) error).hint;
            return hint == null ? failure : new Failure(code, failure.payload, failure.log + "\n" + hint);
        }
        String message = message(error);
        // of threads that could not be started, too: their number is limited, not their memory
        boolean memory = error instanceof OutOfMemoryError && !message.contains("native thread");
        return of(memory && code != ENTRY ? MEMORY : code, error.getClass().getName(), message, frames(error));
    }

    private static String prefix(int code) {
        switch (code) {
            case ENTRY:
                return "function entry exception, error: ";
            case INVALID_RESULT:
                return "function result is invalid, error: ";
            case INITIALIZATION:
                return "function initialization exception, error: ";
            default:
                return "function invocation exception, error: ";
        }
    }

    /** Exceptions are the user's own classes: even asking for their text can fail. */
    private static String message(Throwable error) {
        try {
            String text = error.getMessage();
            return text == null ? error.getClass().getName() : text;
        } catch (Throwable hostile) {
            return error.getClass().getName();
        }
    }

    private static List<String> frames(Throwable error) {
        List<String> lines = new ArrayList<String>();
        Map<Throwable, Boolean> seen = new IdentityHashMap<Throwable, Boolean>();
        StackTraceElement[] enclosing = null;
        for (Throwable at = error; at != null && seen.put(at, true) == null && lines.size() < MAX_FRAMES; at = cause(at)) {
            StackTraceElement[] trace = trace(at);
            int shown = enclosing == null ? userPart(trace) : trace.length - shared(trace, enclosing);
            if (enclosing != null) {
                String text = message(at);
                String name = at.getClass().getName();
                lines.add(line("Caused by: " + (text.equals(name) ? name : name + ": " + Text.shorten(text))));
            }
            for (int i = 0; i < shown && lines.size() < MAX_FRAMES; i++) lines.add(line("at " + trace[i]));
            if (enclosing != null && shown < trace.length) lines.add("... " + (trace.length - shown) + " more");
            enclosing = trace;
        }
        return lines;
    }

    private static String line(String text) {
        return text.length() > MAX_LINE ? text.substring(0, MAX_LINE) : text;
    }

    private static Throwable cause(Throwable of) {
        try {
            return of.getCause();
        } catch (Throwable hostile) {
            return null;
        }
    }

    private static StackTraceElement[] trace(Throwable of) {
        try {
            StackTraceElement[] trace = of.getStackTrace();
            return trace == null || Arrays.asList(trace).contains(null) ? new StackTraceElement[0] : trace;
        } catch (Throwable hostile) {
            return new StackTraceElement[0];
        }
    }

    /** Frames up to the call of the user's code by the shim, without those that the JVM adds between. */
    private static int userPart(StackTraceElement[] trace) {
        int end = 0;
        while (end < trace.length && !trace[end].getClassName().startsWith("funcgraph.runtime.")) end++;
        while (end > 0 && isGlue(trace[end - 1].getClassName())) end--;
        return end;
    }

    private static boolean isGlue(String name) {
        return name.startsWith("java.lang.reflect.") || name.startsWith("jdk.internal.") || name.startsWith("sun.reflect.")
            || name.startsWith("java.lang.invoke.");
    }

    private static int shared(StackTraceElement[] inner, StackTraceElement[] outer) {
        int count = 0;
        while (count < inner.length && count < outer.length
            && inner[inner.length - 1 - count].equals(outer[outer.length - 1 - count])) count++;
        return count;
    }
}
