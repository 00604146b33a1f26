package funcgraph.runtime;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The user's classes. They see the classes of the JVM and the contract, but no other class of this program; event
 * classes come from the user's own jars where those have them, since their version is the one the code was compiled
 * with.
 */
final class UserLoader extends URLClassLoader {
    private static final String[] CONTRACTS = {
        "com.huawei.services.runtime.", "com.services.runtime.", "com.opentelekomcloud.services.runtime.",
    };
    private final ClassLoader contract = UserLoader.class.getClassLoader();

    private UserLoader(URL[] urls) {
        super(urls, ClassLoader.getSystemClassLoader().getParent());
    }

    /** Classes beside the jars of the root folder and of `lib`, in the order of their names. */
    static UserLoader over(File root) throws MalformedURLException {
        List<URL> urls = new ArrayList<URL>();
        urls.add(root.toURI().toURL());
        File classes = new File(root, "classes");
        if (classes.isDirectory()) urls.add(classes.toURI().toURL());
        addJars(root, urls);
        addJars(new File(root, "lib"), urls);
        return new UserLoader(urls.toArray(new URL[0]));
    }

    private static void addJars(File folder, List<URL> urls) throws MalformedURLException {
        String[] names = folder.list();
        if (names == null) return;
        Arrays.sort(names);
        for (String name : names) if (name.endsWith(".jar")) urls.add(new File(folder, name).toURI().toURL());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        boolean ours = isContract(name);
        if (ours && isFixed(name)) return contract.loadClass(name);
        try {
            return super.loadClass(name, resolve);
        } catch (ClassNotFoundException e) {
            if (ours) return contract.loadClass(name);
            throw e;
        }
    }

    private static boolean isContract(String name) {
        for (String prefix : CONTRACTS) if (name.startsWith(prefix)) return true;
        return false;
    }

    /** Types that our own objects implement are always ours, even if a package contains its own copy. */
    private static boolean isFixed(String name) {
        return name.endsWith("runtime.Context") || name.endsWith("runtime.RuntimeLogger");
    }
}
