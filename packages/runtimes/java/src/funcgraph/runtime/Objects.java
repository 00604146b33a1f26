package funcgraph.runtime;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Makes objects of the user's classes out of JSON objects. */
final class Objects {
    private Objects() {}

    static Object bind(Object tree, Class<?> type, Map<TypeVariable<?>, Type> known) throws Json.Malformed {
        if (!(tree instanceof Map)) throw JsonToJava.unfit(tree, type);
        Map<?, ?> values = (Map<?, ?>) tree;
        if (type.getSuperclass() != null && type.getSuperclass().getName().equals("java.lang.Record")) return record(values, type, known);
        if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) throw new Json.Malformed(type.getName() + " is abstract: no object of it can be made");
        Object made = instance(type);
        for (Fields.Named named : Fields.of(type)) {
            Object value = values.get(named.name);
            if (value == null) continue;
            try {
                named.field.set(made, JsonToJava.field(value, named.field.getGenericType(), known));
            } catch (IllegalAccessException e) {
                throw new Json.Malformed("field " + named.field + " cannot be set");
            }
        }
        return made;
    }

    /** Fields of records cannot be set: their canonical constructor takes the values. */
    private static Object record(Map<?, ?> values, Class<?> type, Map<TypeVariable<?>, Type> known) throws Json.Malformed {
        try {
            Object[] components = (Object[]) Class.class.getMethod("getRecordComponents").invoke(type);
            Class<?>[] types = new Class<?>[components.length];
            Object[] given = new Object[components.length];
            for (int i = 0; i < components.length; i++) {
                Class<?> of = components[i].getClass();
                types[i] = (Class<?>) of.getMethod("getType").invoke(components[i]);
                Type generic = (Type) of.getMethod("getGenericType").invoke(components[i]);
                given[i] = JsonToJava.field(values.get(of.getMethod("getName").invoke(components[i])), generic, known);
            }
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(given);
        } catch (InvocationTargetException e) {
            throw new Json.Malformed("the constructor of " + type.getName() + " refused: " + e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new Json.Malformed("no object of " + type.getName() + " can be made: " + e);
        }
    }

    private static Object instance(Class<?> type) throws Json.Malformed {
        Constructor<?> constructor;
        try {
            constructor = type.getDeclaredConstructor();
        } catch (NoSuchMethodException e) {
            return bare(type);
        }
        try {
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (InvocationTargetException e) {
            throw new Json.Malformed("the constructor of " + type.getName() + " refused: " + e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new Json.Malformed("no object of " + type.getName() + " can be made: " + e);
        }
    }

    /** Without a constructor that has no parameters: an object with all fields empty. */
    private static Object bare(Class<?> type) throws Json.Malformed {
        try {
            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            Field field = unsafe.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            Method allocate = unsafe.getMethod("allocateInstance", Class.class);
            return allocate.invoke(field.get(null), type);
        } catch (ReflectiveOperationException e) {
            throw new Json.Malformed(type.getName() + " has no constructor without parameters");
        }
    }

    static Object collection(Class<?> raw) throws Json.Malformed {
        if (raw.isAssignableFrom(ArrayList.class)) return new ArrayList<Object>();
        if (raw.isAssignableFrom(LinkedHashSet.class)) return new LinkedHashSet<Object>();
        if (raw == SortedSet.class || raw.isAssignableFrom(TreeSet.class)) return new TreeSet<Object>();
        if (raw.isAssignableFrom(ArrayDeque.class)) return new ArrayDeque<Object>();
        return container(raw);
    }

    static Object map(Class<?> raw) throws Json.Malformed {
        if (raw.isAssignableFrom(LinkedHashMap.class)) return new LinkedHashMap<Object, Object>();
        if (raw == SortedMap.class || raw.isAssignableFrom(TreeMap.class)) return new TreeMap<Object, Object>();
        if (raw.isAssignableFrom(java.util.concurrent.ConcurrentHashMap.class)) return new java.util.concurrent.ConcurrentHashMap<Object, Object>();
        return container(raw);
    }

    /** A class of the JVM lets only its public constructor be used. */
    private static Object container(Class<?> raw) throws Json.Malformed {
        if (!Fields.ofPlatform(raw)) return instance(raw);
        try {
            return raw.getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new Json.Malformed("no " + raw.getName() + " can be made");
        }
    }
}
