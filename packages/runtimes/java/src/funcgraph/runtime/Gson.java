package funcgraph.runtime;

import java.lang.reflect.InvocationTargetException;

/** The Gson in the user's own package, used for its own tree types and only then. */
final class Gson {
    private Gson() {}

    static boolean owns(Class<?> type) {
        return type.getName().startsWith("com.google.gson.");
    }

    /** Elements of a Gson tree write themselves. */
    static String write(Object element) {
        return element.toString();
    }

    static Object read(String text, Class<?> type) throws Json.Malformed {
        try {
            Class<?> gson = Class.forName("com.google.gson.Gson", true, type.getClassLoader());
            return gson.getMethod("fromJson", String.class, Class.class).invoke(gson.getConstructor().newInstance(), text, type);
        } catch (InvocationTargetException e) {
            throw new Json.Malformed("the event is no " + type.getName() + ": " + e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new Json.Malformed("the package has " + type.getName() + " but no usable com.google.gson.Gson: " + e);
        }
    }
}
