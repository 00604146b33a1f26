package funcgraph.runtime;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Runs the code of a request once before `hello`, so that the classes are loaded for the first request. Takes some
 * milliseconds while no request waits.
 */
public final class Warmup {
    /** A function as users write them, with the usual shapes of events and results. */
    public static final class Sample {
        public static final class Event {
            String name;
            int count;
            double part;
            List<String> list;
            Map<String, Object> map;
        }

        public Event handle(Event event, com.huawei.services.runtime.Context context) {
            System.out.println("warming up " + event.name);
            context.getLogger().info("warming up");
            if (event.count < 0) throw new IllegalArgumentException("no such thing", new RuntimeException("cause"));
            return event;
        }

        public Map<String, Object> map(Map<String, Object> event) {
            return event;
        }
    }

    private static final String[] EVENTS = {
        "{\"name\":\"a\\u00e9\",\"count\":1,\"part\":0.5,\"list\":[\"a\"],\"map\":{\"b\":[true,null,2]}}", "{\"count\":-1}", "{",
    };

    private Warmup() {}

    static void run(Link link) {
        // The folder of this program, seen as a user's package: its jar is opened and a class of it defined once more.
        File folder = new File(System.getProperty("java.class.path")).getAbsoluteFile().getParentFile();
        try (UserLoader loader = UserLoader.over(folder)) {
            UserCode code = new UserCode(loader);
            String name = Sample.class.getName();
            for (String event : EVENTS) {
                byte[] bytes = event.getBytes(StandardCharsets.UTF_8);
                Calls.run(code.handler(name + ".handle"), bytes, Collections.emptyMap(), Collections.emptyMap(), link);
                Calls.run(code.handler(name + ".map"), bytes, Collections.emptyMap(), Collections.emptyMap(), link);
            }
            Variables.own();
            code.hook(name + ".absent", "initializer");
        } catch (Throwable expected) {
            // A failure here occurs again, and is reported, in a real request.
        }
    }
}
