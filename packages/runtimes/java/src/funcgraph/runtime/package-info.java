/** The shim: speaks PROTOCOL.md with the server and runs the methods of the user's package. Compiled for Java 8. */
package funcgraph.runtime;
