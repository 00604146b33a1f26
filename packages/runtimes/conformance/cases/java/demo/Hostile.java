package demo;

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
}
