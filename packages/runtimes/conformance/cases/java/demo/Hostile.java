package demo;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** Does to its process what no function should. */
public class Hostile {
    public String handler(Map<String, Object> event) {
        System.setOut(null);
        System.setErr(null);
        System.setProperty("line.separator", "X");
        System.setProperty("file.encoding", "UTF-16");
        Locale.setDefault(new Locale("tr", "TR"));
        Thread.setDefaultUncaughtExceptionHandler(new Thread.UncaughtExceptionHandler() {
            @Override
            public void uncaughtException(Thread thread, Throwable error) {
                throw new IllegalStateException();
            }
        });
        Thread.currentThread().setContextClassLoader(null);
        Thread.currentThread().setName("not mine");
        Thread.currentThread().interrupt();
        return "still " + event.get("state");
    }

    public Object failWithLongNames(Object event) {
        char[] name = new char[45000];
        Arrays.fill(name, 'n');
        StackTraceElement[] trace = new StackTraceElement[200];
        Arrays.fill(trace, new StackTraceElement(new String(name), new String(name), new String(name), 1));
        RuntimeException error = new IllegalStateException("long names");
        error.setStackTrace(trace);
        throw error;
    }

    public Object failWithoutFrames(Object event) {
        throw new IllegalStateException("no frames") {
            @Override
            public StackTraceElement[] getStackTrace() {
                return new StackTraceElement[3];
            }
        };
    }

    public Object failForThreads(Object event) {
        throw new OutOfMemoryError("unable to create native thread: possibly out of memory or process/resource limits reached");
    }
}
