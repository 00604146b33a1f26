package funcgraph.runtime;

import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The fields of a class that JSON is about: its own and inherited ones, without static and transient. */
final class Fields {
    static final class Named {
        final String name;
        final Field field;

        Named(String name, Field field) {
            this.name = name;
            this.field = field;
        }
    }

    private static final Map<Class<?>, List<Named>> KNOWN = new ConcurrentHashMap<Class<?>, List<Named>>();

    private Fields() {}

    /** Throws Malformed for a class whose module does not let itself be read. */
    static List<Named> of(Class<?> type) throws Json.Malformed {
        List<Named> known = KNOWN.get(type);
        if (known != null) return known;
        List<Named> found = new ArrayList<Named>();
        for (Class<?> at = type; at != null && !ofPlatform(at); at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                int kind = field.getModifiers();
                if (Modifier.isStatic(kind) || Modifier.isTransient(kind) || field.isSynthetic()) continue;
                try {
                    field.setAccessible(true);
                } catch (RuntimeException e) {
                    throw new Json.Malformed("the fields of " + at.getName() + " cannot be read");
                }
                found.add(new Named(nameOf(field), field));
            }
        }
        KNOWN.put(type, found);
        return found;
    }

    /** Classes of the JVM itself are known by their text, never by their fields. */
    static boolean ofPlatform(Class<?> type) {
        String name = type.getName();
        return name.startsWith("java.") || name.startsWith("javax.") || name.startsWith("jdk.") || name.startsWith("sun.")
            || name.startsWith("com.sun.");
    }

    /** `@SerializedName` of the Gson in the user's package. Fields of our own classes have the names used in JSON. */
    private static String nameOf(Field field) {
        for (Annotation annotation : field.getAnnotations()) {
            Class<?> type = annotation.annotationType();
            if (!type.getName().equals("com.google.gson.annotations.SerializedName")) continue;
            try {
                return String.valueOf(type.getMethod("value").invoke(annotation));
            } catch (ReflectiveOperationException e) {
                return field.getName();
            }
        }
        return field.getName();
    }
}
