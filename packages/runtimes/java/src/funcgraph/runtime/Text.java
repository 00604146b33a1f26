package funcgraph.runtime;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Date;

/** Values of the JVM's own classes as text: dates, URIs, UUIDs and the like. */
final class Text {
    private static final String[] FACTORIES = {"parse", "fromString", "valueOf", "of", "forName", "create"};

    private Text() {}

    /** `toInstant` is refused by the dates of java.sql. */
    static String ofDate(Date date) {
        return Instant.ofEpochMilli(date.getTime()).toString();
    }

    /** A value of `type` from its text. Throws Malformed when the class cannot be built from text, or refuses it. */
    static Object read(String text, Class<?> type) throws Json.Malformed {
        try {
            if (type == Date.class) return date(text);
            for (String name : FACTORIES) {
                for (Method method : type.getMethods()) {
                    Class<?>[] wanted = method.getParameterTypes();
                    boolean fits = wanted.length == 1 && (wanted[0] == String.class || wanted[0] == CharSequence.class)
                        && Modifier.isStatic(method.getModifiers()) && type.isAssignableFrom(method.getReturnType());
                    if (fits && method.getName().equals(name)) return method.invoke(null, text);
                }
            }
            Constructor<?> constructor = type.getConstructor(String.class);
            return constructor.newInstance(text);
        } catch (InvocationTargetException e) {
            throw new Json.Malformed("'" + shorten(text) + "' is no " + type.getName() + ": " + e.getCause().getMessage());
        } catch (DateTimeParseException e) {
            throw new Json.Malformed("'" + shorten(text) + "' is no date");
        } catch (ReflectiveOperationException e) {
            throw new Json.Malformed(type.getName() + " cannot be made from text");
        }
    }

    private static Date date(String text) {
        boolean zoned = text.endsWith("Z") || text.lastIndexOf('+') > 9 || text.lastIndexOf('-') > 9;
        if (zoned) return new Date(OffsetDateTime.parse(text).toInstant().toEpochMilli());
        String full = text.length() == 10 ? text + "T00:00:00Z" : text.replace(' ', 'T') + "Z";
        return new Date(Instant.parse(full).toEpochMilli());
    }

    static String shorten(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }
}
