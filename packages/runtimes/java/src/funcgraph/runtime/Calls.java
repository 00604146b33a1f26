package funcgraph.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Runs one request to its end, without sending its result. */
final class Calls {
    static final int MAX_RESULT = 6291456;
    private static final byte[] NOTHING = new byte[0];

    /** The result of a request. */
    static final class Ended {
        final int code;
        final byte[] payload;
        /** Null on success. */
        final String log;

        Ended(int code, byte[] payload, String log) {
            this.code = code;
            this.payload = payload;
            this.log = log;
        }

        Ended(Failure failure) {
            this(failure.code, failure.payload, failure.log);
        }
    }

    private Calls() {}

    /** Never throws. */
    static Ended run(Entry handler, byte[] event, Map<?, ?> function, Map<?, ?> request, Link link) {
        Object value;
        try {
            value = handler.handle(event, new RequestContext(function, request, link));
        } catch (Json.Malformed e) {
            return new Ended(Failure.plain(Failure.INVOCATION, e.getMessage()));
        } catch (Throwable error) {
            return failed(Failure.INVOCATION, error);
        }
        try {
            byte[] payload = serialise(value, handler.takesStreams());
            return payload.length > MAX_RESULT ? tooLarge(payload.length) : new Ended(0, payload, null);
        } catch (JavaToJson.TooLarge e) {
            return tooLarge(e.size);
        } catch (Json.Malformed e) {
            return new Ended(Failure.of(Failure.INVALID_RESULT, "FunctionResultInvalid", e.getMessage(), null));
        } catch (Throwable error) {
            return failed(Failure.INVALID_RESULT, error);
        }
    }

    /** Without free memory even the report of the error can fail. */
    private static Ended failed(int code, Throwable error) {
        try {
            return new Ended(Failure.of(code, error));
        } catch (Throwable again) {
            boolean memory = error instanceof OutOfMemoryError || again instanceof OutOfMemoryError;
            return new Ended(Failure.plain(memory ? Failure.MEMORY : code, error.getClass().getName()));
        }
    }

    /** For a request that could not run for lack of memory. */
    static Ended outOfMemory() {
        return new Ended(Failure.MEMORY, NOTHING, null);
    }

    private static Ended tooLarge(int size) {
        return new Ended(Failure.plain(Failure.TOO_LARGE, "response body size " + size + " exceeds the limit of " + MAX_RESULT));
    }

    private static byte[] serialise(Object value, boolean written) throws Json.Malformed, JavaToJson.TooLarge, IOException {
        if (value == null) return new byte[0];
        if (written) return (byte[]) value;
        if (value instanceof String) return ((String) value).getBytes(StandardCharsets.UTF_8);
        if (value instanceof InputStream) return drain((InputStream) value);
        return JavaToJson.write(value).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] drain(InputStream in) throws IOException, JavaToJson.TooLarge {
        try (InputStream input = in) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[16 * 1024];
            for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
                out.write(buffer, 0, count);
                if (out.size() > MAX_RESULT) throw new JavaToJson.TooLarge(out.size());
            }
            return out.toByteArray();
        }
    }
}
