package funcgraph.runtime;

import java.io.File;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;

/** Finds entry points in the user's package. One object of each class, created on first use. */
final class UserCode {
    private final ClassLoader loader;
    private final Map<Class<?>, Object> objects = new HashMap<Class<?>, Object>();

    UserCode(String root) throws Exception {
        this(UserLoader.over(new File(root)));
    }

    UserCode(ClassLoader loader) {
        this.loader = loader;
    }

    ClassLoader loader() {
        return loader;
    }

    /** Event, context and an output stream in any order; at most one event. */
    Entry handler(String entry) throws Throwable {
        return find(entry, "handler", 1);
    }

    /** Takes the context or nothing. `what` is for messages. */
    Entry hook(String entry, String what) throws Throwable {
        return find(entry, what, 0);
    }

    Entry heartbeat(String entry) throws Throwable {
        Entry found = find(entry, "heartbeat_handler", 0);
        Class<?> answer = found.method.getReturnType();
        if (found.method.getParameterTypes().length == 0 && (answer == boolean.class || answer == Boolean.class)) return found;
        throw new Failure.ConfigError("FunctionConfigError", "heartbeat_handler '" + entry + "' must be 'public boolean " + found.method.getName() + "()'");
    }

    private Entry find(String entry, String what, int events) throws Throwable {
        int dot = entry.lastIndexOf('.');
        if (dot <= 0 || dot == entry.length() - 1) {
            throw new Failure.ConfigError("FunctionConfigError", what + " '" + entry + "' must have the form [package].[class].[method]");
        }
        Class<?> type = load(entry.substring(0, dot));
        Method method = choose(type, entry.substring(dot + 1), what, events);
        try {
            method.setAccessible(true);
        } catch (RuntimeException e) {
            throw new Failure.ConfigError("FunctionConfigError", what + " '" + entry + "' cannot be called: " + e.getMessage());
        }
        return new Entry(method, Modifier.isStatic(method.getModifiers()) ? null : object(type));
    }

    private Class<?> load(String name) throws Throwable {
        try {
            return Class.forName(name, true, loader);
        } catch (ExceptionInInitializerError e) {
            throw e.getCause() == null ? e : e.getCause();
        } catch (ClassNotFoundException e) {
            throw new Failure.ConfigError("FunctionLoadError", "not found class '" + name + "'", NearClasses.hint(loader, name));
        } catch (UnsupportedClassVersionError e) {
            throw new Failure.ConfigError("FunctionLoadError", e.getMessage());
        }
    }

    /** Of several methods of the name, the one with most parameters; bridge methods of generic classes are ignored. */
    private static Method choose(Class<?> type, String name, String what, int events) throws Failure.ConfigError {
        Method best = null;
        boolean named = false;
        for (Method method : type.getMethods()) {
            if (!method.getName().equals(name) || method.isBridge() || method.isSynthetic()) continue;
            named = true;
            if (Entry.events(method.getParameterTypes()) > events) continue;
            if (best == null || better(method, best)) best = method;
        }
        if (best != null) return best;
        String shape = events == 0 ? "the context or nothing" : "an event, a context, or both";
        throw new Failure.ConfigError("FunctionConfigError", named
            ? what + " '" + name + "' of class '" + type.getName() + "' must take " + shape
            : what + " '" + name + "' not found in class '" + type.getName() + "'");
    }

    private static boolean better(Method one, Method other) {
        int difference = one.getParameterTypes().length - other.getParameterTypes().length;
        return difference != 0 ? difference > 0 : one.toGenericString().compareTo(other.toGenericString()) < 0;
    }

    private Object object(Class<?> type) throws Throwable {
        Object known = objects.get(type);
        if (known != null) return known;
        try {
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            Object made = constructor.newInstance();
            objects.put(type, made);
            return made;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        } catch (NoSuchMethodException e) {
            throw new Failure.ConfigError("FunctionConfigError", "class '" + type.getName() + "' has no constructor without parameters");
        } catch (InstantiationException e) {
            throw new Failure.ConfigError("FunctionConfigError", "class '" + type.getName() + "' is abstract");
        }
    }
}
