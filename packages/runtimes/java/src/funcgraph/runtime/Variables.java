package funcgraph.runtime;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Map;
import java.util.TimeZone;

/**
 * The environment of the process. A JVM reads it once, and a prewarmed one starts before its function is known: so its
 * own copy, which `System.getenv` and child processes see, is changed.
 */
final class Variables {
    private static final String LIBRARIES = "LD_LIBRARY_PATH";

    private Variables() {}

    /** Throws when this JVM does not let its copy be changed. */
    static void enter(Map<?, ?> wanted) throws ReflectiveOperationException {
        Map<String, String> env = own();
        String before = env.get(LIBRARIES);
        for (String name : new ArrayList<String>(env.keySet())) if (name.startsWith("FUNCGRAPH_")) env.remove(name);
        for (Map.Entry<?, ?> entry : wanted.entrySet()) env.put((String) entry.getKey(), (String) entry.getValue());
        if (before != null && wanted.containsKey(LIBRARIES)) env.put(LIBRARIES, before + ":" + wanted.get(LIBRARIES));
        Object zone = wanted.get("TZ");
        if (zone instanceof String) TimeZone.setDefault(TimeZone.getTimeZone((String) zone));
    }

    /**
     * The map behind the public unmodifiable view. Read by Unsafe: opening java.lang to reflection on the command line
     * would cost the archive of modules, a third of the start.
     */
    @SuppressWarnings("unchecked")
    static Map<String, String> own() throws ReflectiveOperationException {
        Class<?> type = Class.forName("sun.misc.Unsafe");
        Field single = type.getDeclaredField("theUnsafe");
        single.setAccessible(true);
        Object unsafe = single.get(null);
        Method get = type.getMethod("getObject", Object.class, long.class);
        Field view = Class.forName("java.lang.ProcessEnvironment").getDeclaredField("theUnmodifiableEnvironment");
        Object base = type.getMethod("staticFieldBase", Field.class).invoke(unsafe, view);
        Object offset = type.getMethod("staticFieldOffset", Field.class).invoke(unsafe, view);
        Object unmodifiable = get.invoke(unsafe, base, offset);
        Field behind = Class.forName("java.util.Collections$UnmodifiableMap").getDeclaredField("m");
        Object inner = type.getMethod("objectFieldOffset", Field.class).invoke(unsafe, behind);
        return (Map<String, String>) get.invoke(unsafe, unmodifiable, inner);
    }
}
